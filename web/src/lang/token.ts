// Cuts a formula into tokens: the twin of crates/lang/src/formula/token.rs.

export type Token = { at: number; kind: "number" | "text" | "name" | "symbol"; value: string };

const TOKEN =
  /[ \t\n\r\u3000]+|([0-9][0-9.]*)|([A-Za-z_][A-Za-z0-9_.]*)|"([^"]*)"|'([^']*)'|(==|!=|<>|<=|>=|[+\-−*×/÷=≠<≤>≥(（)）,，])/uy;

const SAME: Record<string, string> = {
  "−": "-",
  "×": "*",
  "÷": "/",
  "==": "=",
  "!=": "≠",
  "<>": "≠",
  "<=": "≤",
  ">=": "≥",
  "（": "(",
  "）": ")",
  "，": ",",
};

export function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new SyntaxError(`unexpected character at ${at}`);
    const [, number, name, double, single, symbol] = match;
    if (number !== undefined) found.push({ at, kind: "number", value: number });
    else if (name !== undefined) found.push({ at, kind: "name", value: name });
    else if (symbol !== undefined)
      found.push({ at, kind: "symbol", value: SAME[symbol] ?? symbol });
    else if (double !== undefined || single !== undefined)
      found.push({ at, kind: "text", value: double ?? single ?? "" });
  }
  return found;
}
