"""Post-processing of synthesized speech: corrects artefacts that fine-tuning leaves."""
