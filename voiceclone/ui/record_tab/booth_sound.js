// Part of the booth: captures the microphone in blocks and writes WAV files.
const WORKLET = `registerProcessor("voiceclone-take", class extends AudioWorkletProcessor {
  process(inputs) {
    const channels = inputs[0];
    if (channels.length) {
      const mono = channels[0].slice();
      for (let c = 1; c < channels.length; c++) for (let i = 0; i < mono.length; i++) mono[i] += channels[c][i];
      if (channels.length > 1) for (let i = 0; i < mono.length; i++) mono[i] /= channels.length;
      this.port.postMessage(mono, [mono.buffer]);
    }
    return true;
  }
});`;

function wavOf(parts, count, rate) {
  const bytes = new DataView(new ArrayBuffer(44 + 2 * count));
  const letters = (offset, text) => [...text].forEach((c, i) => bytes.setUint8(offset + i, c.charCodeAt(0)));
  letters(0, "RIFF");
  bytes.setUint32(4, 36 + 2 * count, true);
  letters(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true); // PCM
  bytes.setUint16(22, 1, true); // mono
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, 2 * rate, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  letters(36, "data");
  bytes.setUint32(40, 2 * count, true);
  let offset = 44;
  for (const block of parts) {
    for (const sample of block) {
      bytes.setInt16(offset, Math.max(-1, Math.min(1, sample)) * 32767, true);
      offset += 2;
    }
  }
  return new Blob([bytes.buffer], { type: "audio/wav" });
}

function base64Of(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
