"""The gender of Spanish, Italian, Portuguese and French nouns: endings, and the exceptions to them.

Add a noun in the singular, in lower case and without accents (ñ is kept).
"""

from voiceclone.text.normalize.words import Nouns, listed

SPANISH = Nouns(
    feminine_endings=("a", "ion", "dad", "tad", "tud", "umbre", "triz", "ie", "sis", "itis"),
    masculine_endings=("ista", "cida", "nauta", "crata", "iatra"),
    feminine=frozenset(
        listed(
            """
            arte comadre subclave macro suite piramide pequeñez timidez rapidez lucidez estupidez sencillez honradez
            escasez ave base calle carne clase clave corriente costumbre fase fe fiebre frase fuente gente gripe
            hambre higiene indole leche llave madre mente muerte nave nieve noche nube parte patente pendiente peste
            plebe prole sangre sede serpiente suerte tarde torre variable variante vertiente catastrofe elipse
            cumbre legumbre lumbre muchedumbre servidumbre vez voz luz cruz paz raiz nariz actriz matriz perdiz nuez
            niñez vejez madurez hoz coz tez faz lombriz codorniz razon sazon imagen virgen sarten comezon crin sien
            orden señal sal piel miel carcel catedral capital postal central sucursal credencial vocal espiral
            diagonal mujer flor labor coliflor mano foto moto radio libido dinamo red pared sed salud vid lid merced
            ley grey res tos crisis tesis dosis hipotesis sintesis lista vista pista revista entrevista conquista
            arista autopista constante consonante web app ong pyme tablet
            """
        )
    ),
    masculine=frozenset(
        listed(
            """
            alias idiota sintagma dia mediodia mapa planeta cometa tranvia sofa papa poeta atleta profeta pijama
            gorila yoga colega dalmata guardia policia camarada patriota belga pirata jesuita espia panda koala puma
            delta tequila centinela indigena problema tema sistema programa idioma clima drama poema sintoma esquema
            fantasma diploma dilema enigma lema aroma plasma prisma trauma telegrama crucigrama teorema emblema
            estigma dogma magma panorama axioma sofisma reuma kilograma organigrama diagrama pentagrama melodrama
            anagrama holograma cardiograma electrocardiograma fonema morfema subsistema ecosistema zeugma eccema
            edema enfisema glaucoma hematoma carcinoma cromosoma avion camion guion gorrion embrion bastion
            sarampion escorpion centurion histrion anfitrion aluvion analisis enfasis extasis oasis parentesis
            chasis pie nomada psicopata
            """
        )
    ),
    plural_endings=(("ces", "z"), ("es", ""), ("s", "")),
    show_no_gender=frozenset(
        listed(
            """
            mil gran grandes joven jovenes mejor mejores peor peores mayor mayores menor menores principal
            principales importante importantes posible posibles diferente diferentes enorme enormes reciente
            recientes fuerte fuertes leve leves grave graves breve breves interesante interesantes simple simples
            doble dobles triste tristes feliz felices alegre alegres verde verdes azul azules gris grises igual
            iguales excelente excelentes brillante brillantes increible increibles nacional nacionales internacional
            internacionales local locales regional regionales general generales especial especiales real reales
            actual actuales final finales total totales inicial iniciales digital digitales social sociales natural
            naturales humilde humildes pobre pobres notable notables tales
            """
        )
    ),
    no_noun=frozenset(
        listed(
            """
            de del a al y e o u en con por para que es son era eran fue fueron sera seran esta estan sin sobre entre
            hasta desde como mas menos ni pero si no se le les lo la los las un una unos unas me te nos os ya muy
            tan cuando donde segun tras mi tu su sus mis tus nuestro ha han hay habia tiene tienen puede pueden va
            van ante bajo contra durante mediante tambien tampoco ademas aunque porque pues luego entonces ahora hoy
            ayer antes despues eres somos estamos tienes vas dices
            """
        )
    ),
)

ITALIAN = Nouns(
    feminine_endings=("a", "ione", "tu", "ice", "udine", "ie", "gine", "si"),
    masculine_endings=("ista", "cida", "nauta", "iatra", "crate", "glione", "ccione", "cchione"),
    feminine=frozenset(
        listed(
            """
            directory shell variabile console suite cache stampante patente strage lepre tigre tosse dose pulce
            cassaforte falce lapide cambiale tangenziale piramide cellulite passphrase macro patch mano canzone foto
            moto auto radio biro dinamo libido notte gente parte mente morte sorte chiave nave neve croce voce pace
            noce legge classe frase base fase fine carne pelle valle madre moglie febbre torre sede rete siepe fede
            arte corte fonte fronte sete fame parete vite lite estate nube plebe prole cute salute tribu origine
            indagine cenere polvere lente corrente sorgente automobile luce sirena email mail app band privacy chat
            password star hit gang holding festa lista vista pista rivista conquista intervista provvista
            """
        )
    ),
    masculine=frozenset(
        listed(
            """
            idiota messia sintagma istogramma diaframma comma nirvana bazooka problema tema sistema programma clima
            panorama milione rione bastione copione campione scorpione padiglione talione centurione embrione
            maglione battaglione medaglione lampione torrione arpione dramma poeta pilota pianeta cinema papa
            collega delta sosia boia vaglia schema sintomo diploma dilemma enigma aroma prisma trauma telegramma
            teorema emblema dogma magma chilogrammo poema fantasma idioma stemma anagramma diagramma profeta atleta
            duca gorilla koala panda pigiama nomade brindisi giudice codice indice vertice apice artefice complice
            pontefice vortice
            """
        )
    ),
    plural_endings=(),
    show_no_gender=frozenset(listed("grande gran giovane migliore peggiore maggiore minore forte breve semplice")),
    no_noun=frozenset(
        listed(
            """
            di del dello della dei degli delle d a al allo alla all ai agli alle dell nell dall sull l e ed o in nel
            nella con su per tra fra da dal dalla che non si mi ti ci vi ne come piu meno ma se lo la i gli le un
            una sono era erano fu ha hanno anche sotto sopra oggi ieri poi dopo prima contro verso senza secondo
            """
        )
    ),
)

PORTUGUESE = Nouns(
    feminine_endings=("a", "cao", "sao", "gem", "dade", "tude", "ice", "ie", "triz", "iao", "xao", "dao", "stao"),
    masculine_endings=("ista", "cida", "nauta", "crata", "iatra"),
    feminine=frozenset(
        listed(
            """
            interface suite variante variavel macro shell mao mae razao opiniao vazao estacao noite tarde parte
            gente ponte fonte mente carne chave nave ave base classe fase frase chance face sede rede parede torre
            neve morte sorte arte arvore febre fome gripe pele semente corrente enchente serie especie superficie
            planicie tese crise analise sintese hipotese dose posse tosse elite equipe marca boate vitrine cabine
            indole lebre piramide metade vontade saudade amizade grade idade tempestade felicidade enfase catastrofe
            couve estante greve haste lente nuvem ordem origem margem vertigem viagem garagem imagem mensagem
            bagagem bobagem vantagem linguagem porcentagem folhagem homenagem passagem paisagem vez voz luz cruz paz
            raiz noz foz gravidez atriz matriz cicatriz diretriz flor cor dor mulher colher lei grei fe ra foto moto
            tribo libido web internet ong startup maca irma manha la roma avela moral capital catedral vogal espiral
            diagonal lista vista pista revista entrevista conquista prole vespera
            """
        )
    ),
    masculine=frozenset(
        listed(
            """
            canalha sintagma idiota dia mapa planeta cometa sofa papa poeta atleta profeta pijama gorila colega
            dalmata guarda camarada patriota belga pirata jesuita panda puma indigena nomada psicopata ima talisma
            gala cla problema tema sistema programa idioma clima drama poema sintoma esquema fantasma diploma dilema
            enigma lema aroma plasma prisma trauma telegrama teorema emblema estigma dogma magma panorama axioma
            grama quilograma miligrama organograma diagrama melodrama holograma fonema ecossistema subsistema edema
            enfisema glaucoma hematoma carcinoma cromossomo cinema cha coracao cao furacao vulcao falcao balcao
            macacao calcao brasao artesao cortesao bolsao aviao piao cirurgiao guardiao escrivao leao cidadao
            algodao cordao caixao cristao bastao macarrao indice codice apice vertice vicio cumplice homem item trem
            bem personagem
            """
        )
    ),
    plural_endings=(
        ("oes", "ao"),
        ("aes", "ao"),
        ("aos", "ao"),
        ("ns", "m"),
        ("zes", "z"),
        ("res", "r"),
        ("ais", "al"),
        ("eis", "el"),
        ("ois", "ol"),
        ("is", "il"),
        ("s", ""),
    ),
    show_no_gender=frozenset(
        listed(
            """
            mil grande grandes jovem jovens melhor melhores pior piores maior maiores menor menores principal
            principais importante importantes possivel possiveis diferente diferentes enorme enormes recente
            recentes forte fortes leve leves grave graves breve breves interessante interessantes simples triste
            tristes feliz felizes alegre alegres verde verdes azul azuis igual iguais excelente excelentes brilhante
            brilhantes incrivel incriveis nacional nacionais internacional internacionais local locais regional
            regionais geral gerais especial especiais real atual atuais final finais total totais digital digitais
            social sociais natural naturais humilde humildes pobre pobres notavel notaveis tais
            """
        )
    ),
    no_noun=frozenset(
        listed(
            """
            de do da dos das a ao aos as o os e ou em no na nos nas com por para pelo pela que foi eram era sao sera
            sem sobre entre ate desde como mais menos nem mas se nao lhe um uma uns umas me te ja muito tao quando
            onde conforme meu minha seu sua seus suas tem ha havia esta estao pode podem vai vao ante contra durante
            tambem porque pois depois antes hoje ontem agora apos mediante somos estamos
            """
        )
    ),
)

FRENCH = Nouns(
    feminine_endings=(
        "ive",
        "arde",
        "ande",
        "tion",
        "sion",
        "xion",
        "aison",
        "ance",
        "ence",
        "ense",
        "ette",
        "elle",
        "esse",
        "euse",
        "ise",
        "ure",
        "ade",
        "ie",
        "ee",
        "ue",
        "ille",
        "ine",
        "onne",
        "erre",
        "ite",
        "otte",
        "ante",
        "ente",
        "rice",
        "oire",
        "iere",
        "ouche",
        "une",
        "oule",
        "ampe",
        "onde",
        "aine",
        "ogne",
        "gne",
        "che",
        "lle",
        "tte",
        "sse",
        "nne",
    ),
    masculine_endings=("isme", "iste", "logue", "mille", "ique", "ogue"),
    feminine=frozenset(
        listed(
            """
            femme fille dame mere soeur place page image plage cage rage nage chose cause pause rose robe route
            porte carte perte sorte faute note date dette ville piece face race classe phrase lettre fenetre heure
            demeure seconde minute semaine journee annee nuit fois voix croix noix main fin faim dent mer part
            plupart peur fleur couleur valeur erreur longueur largeur hauteur odeur chaleur douleur faveur horreur
            rumeur vapeur lueur saveur liqueur tumeur ardeur rigueur vigueur humeur sueur ampleur rondeur grandeur
            douceur maison chanson saison raison facon lecon boisson prison moisson cloison region opinion union
            reunion legion religion question langue rue vue epreuve preuve oeuvre levre chevre fievre table chambre
            ombre ecole parole idole boule foule poule moule formule cellule pilule virgule regle aile toile etoile
            voile huile ile echelle jambe bombe tombe langouste piste liste visite poste photo moto radio video auto
            expo pizza villa opera fete tete bete quete conquete enquete tempete planete recette tonne bataille
            taille medaille paille tache roche poche peche plume lame rame arme larme ame creme somme pomme gomme
            forme ferme norme reforme plateforme victime prime rime ligne vigne signe chaise fraise zone lune
            personne scene peine reine veine haleine graine chaine corde methode periode etude attitude certitude
            habitude solitude multitude promenade salade balade caisse masse tasse trace surface preface grace glace
            menace espece niece source force course bourse ressource defense reponse depense danse chasse adresse
            vitesse promesse princesse maitresse hausse baisse fosse brosse crise prise chemise valise eglise
            surprise entreprise franchise marchandise eau peau cle clef nef soif vertu tribu foi loi paroi fourmi
            souris brebis perdrix dot jument foret societe propriete variete liberte egalite fraternite beaute sante
            volonte bonte pitie moitie amitie qualite quantite universite cite activite verite unite facilite
            difficulte faculte puissance idee mosquee armee entree soiree poignee bouchee gorgee dictee guerre terre
            pierre biere lumiere riviere maniere matiere priere frontiere carriere derniere premiere affaire paire
            chaire grammaire molaire histoire victoire memoire gloire poire foire armoire balle salle malle poupee
            bouteille feuille oreille abeille corbeille famille cheville aiguille cuillere cuiller banque barque
            marque brique fabrique musique republique boutique clinique politique nuance candidate equipe etape gare
            orange tarte crepe ampoule syllabe bouche mouche couche branche manche tranche hanche planche base cible
            police console boucle syntaxe taxe interface variable macro requete icone charte annonce surcharge
            jungle file pile barre technique logique pratique statistique critique rubrique tunique mathematique
            physique mecanique informatique optique chronique panique replique tactique crique casserole
            """
        )
    ),
    masculine=frozenset(
        listed(
            """
            musee lycee trophee colisee apogee mausolee camee athee genie incendie parapluie messie foie sosie
            murmure mercure parjure territoire laboratoire repertoire interrogatoire conservatoire observatoire
            reservoir accessoire ivoire pourboire auditoire silence domaine capitaine souterrain magazine moine
            patrimoine antoine verre tonnerre cimetiere derriere caractere mystere ministere site satellite gite
            termite merite comite depute ete cote comte pate traite athlete poete pilote vote monde grade stade
            espace commerce exercice service office vice indice caprice orifice edifice benefice sacrifice stage
            dialogue catalogue monologue peuple exemple temple couple article siecle oncle cercle obstacle spectacle
            miracle muscle probleme systeme theme poeme milieu lieu feu jeu cheveu neveu squelette silhouette parc
            intervalle rebelle modele polichinelle violoncelle libelle mille kilo dimanche reste geste texte
            contexte pretexte insecte architecte compte acte arbitre titre metre centimetre kilometre litre chapitre
            registre ministre orchestre theatre centre monstre bagne signe peigne regne champagne cygne beignet
            pagne caniche pastiche fetiche postiche triptyque disque risque masque casque manque cirque tigre ogre
            gramme programme livre mort invite point ans homme garcon jour mois bus match euro camion enfant eleve
            ordinateur journaliste artiste touriste dentiste pianiste specialiste cycliste client coup pays corps
            temps bras dos repas mode convive cache
            """
        )
    ),
    plural_endings=(("s", ""), ("x", "")),
    masculine_as_written=listed("bé cé dé fé gé hé lé mé né pé ré sé vé ié ué yé"),
    show_no_gender=frozenset(
        listed(
            """
            mille autres autre jeunes jeune grandes petites nouvelles belles bonnes vieilles longues premieres
            dernieres simples pauvres vastes enormes
            """
        )
    ),
    no_noun=frozenset(
        listed(
            """
            de des du d a au aux et ou en dans par pour avec sans sur sous entre vers chez contre pendant depuis
            jusqu est sont etait etaient sera seront fait font dit dis ont avait avaient plus moins pas mais donc or
            ni car que qui quoi dont si ce cette ces le la les l un une il elle ils elles je tu nous vous on se sa
            ses me te y ne apres avant pres environ comme quand puis alors aussi tres trop montre parle
            """
        )
    ),
)
