const HAN = "\\u2e80-\\u9fff\\uf900-\\ufaff";
const LATIN = "A-Za-z0-9";
const AFTER_HAN = new RegExp(`([${HAN}]) ?([${LATIN}+\\-#])`, "gu");
const BEFORE_HAN = new RegExp(`([${LATIN}%+]) ?([${HAN}])`, "gu");

/** Puts a thin space between Han characters and Latin letters or digits. */
export function spaced(text: string): string {
  return text.replace(AFTER_HAN, "$1\u2009$2").replace(BEFORE_HAN, "$1\u2009$2");
}
