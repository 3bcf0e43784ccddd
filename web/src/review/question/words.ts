/**
 * Lyric words in the spelling people know. Catalogues store stems: "babi", "danc", "alwai". The table
 * holds common words, the rules undo what a stemmer does most; what neither knows is shown as it is.
 */

const TABLE = new Map(
  `absolut:absolute acid:acid alibi:alibi alon:alone alreadi:already alwai:always alway:always anim:animal anoth:another ani:any anyon:anyone anytim:anytime arrang:arrange
  awak:awake becom:become befor:before believ:believe besid:beside bori:boring ca:can't casi:casi challeng:challenge
  chang:change christ:Christ christian:Christian christma:Christmas clos:close complet:complete creat:create cri:cry
  david:David de:de definit:definite deliv:deliver desol:desolate desper:desperate despit:despite di:die dri:dry
  discov:discover els:else enemi:enemy engin:engine entir:entire escap:escape everyon:everyone everytim:everytime
  excit:excite experi:experience expos:expose favorit:favorite fri:fry frustrat:frustrated hi:hi horribl:horrible
  hous:house hundr:hundred immedi:immediate impos:impossible imposs:impossible infinit:infinite innoc:innocent
  invis:invisible invit:invite jesu:Jesus jesus:Jesus justic:justice knif:knife imagin:imagine li:lie lone:lonely
  machin:machine mami:mami marri:marry medicin:medicine microphon:microphone miser:misery mistak:mistake mous:mouse
  notic:notice offic:office onli:only oppos:oppose orang:orange otherwis:otherwise overcom:overcome paradis:paradise
  pari:Paris piec:piece polic:police polit:polite practic:practice prai:pray pric:price promis:promise
  propos:propose purpos:purpose provok:provoke rememb:remember remov:remove rescu:rescue retir:retire reveng:revenge ridicul:ridiculous
  rout:route routin:routine sacr:sacred sacrific:sacrifice satan:Satan santa:Santa separ:separate servic:service
  shi:shy sinc:since skeleton:skeleton sky:sky someon:someone sometim:sometimes somewher:somewhere anywher:anywhere
  everywher:everywhere nowher:nowhere spi:spy strang:strange strik:strike summertim:summertime suppos:suppose
  surpris:surprise telephon:telephone themselv:themselves ourselv:ourselves yourselv:yourselves ti:tie togeth:together
  trade:trade tri:try truli:truly twelv:twelve twic:twice untru:untrue univers:universe alik:alike valentin:valentine
  vivid:vivid welcom:welcome whenev:whenever whatev:whatever wherev:wherever whoever:whoever forev:forever
  wherea:whereas whi:why wonder:wonder wors:worse wast:waste tast:taste hast:haste smil:smile whil:while mil:mile
  nake:naked wick:wicked crook:crooked blam:blame fram:frame nam:name shap:shape shak:shake tak:take mak:make
  hop:hope smok:smoke strok:stroke brok:broke chok:choke writ:write whit:white wip:wipe pip:pipe lif:life
  jon:Jon john:John mari:Mary johnni:Johnny georg:George michael:Michael america:America american:American
  california:California london:London hollywood:Hollywood mississippi:Mississippi memphi:Memphis mexico:Mexico
  sundai:Sunday mondai:Monday tuesdai:Tuesday wednesdai:Wednesday thursdai:Thursday fridai:Friday saturdai:Saturday juli:July june:June april:April`
    .split(/\s+/)
    .map((pair) => pair.split(":") as [stem: string, word: string]),
);

/** From the ending of a stem to that of the word; the first that matches counts. */
const RULES: [ending: RegExp, replacement: string][] = [
  [/([aeo])i$/, "$1y"], // todai, monkei, enjoi
  [/([^aeiou])i$/, "$1y"], // babi, everi
  [/v$/, "ve"], // leav, forgiv
  [/([bcdfgkptz])l$/, "$1le"], // simpl, candl
  [/(nc|rc|ac|oic|eic|duc)$/, "$1e"], // danc, forc, plac, voic
  [/dg$/, "dge"], // edg, bridg
  [/([ai])z$/, "$1ze"], // realiz, blaz
  [/(au|oi|ea|ui|or|ur|oo|ee|en|on|al|ul)s$/, "$1se"], // caus, nois, hors, choos, sens, fals
  [/(iq|og|ag|ng)u$/, "$1ue"], // uniqu, tongu
  [/([ts])ur$/, "$1ure"], // futur, pleasur
  [/(ss|ll|[aeiou]r|[bdimtuv])ag$/, "$1age"], // imag, messag
  [/(f|ab|am|cc|xc)us$/, "$1use"], // confus, excus
  [/itud$/, "itude"],
  [/(ns|ts|es|de?c|ic|oc|div|ov|ll|gu)id$/, "$1ide"], // insid, decid
  [/([smp]|qu)ir$/, "$1ire"], // desir, requir
  [/([cn])ut$/, "$1ute"], // minut
];
const SHORTEST = 4;

export function readable(stem: string): string {
  const known = TABLE.get(stem);
  if (known) return known;
  if (stem.length < SHORTEST) return stem;
  for (const [ending, replacement] of RULES) {
    if (ending.test(stem)) return stem.replace(ending, replacement);
  }
  return stem;
}

/** The words of a track, each once, without scraps such as the "ll" of "I'll". */
export function readableWords(stems: readonly string[]): string[] {
  return [...new Set(stems.filter((stem) => stem.length > 2).map(readable))];
}
