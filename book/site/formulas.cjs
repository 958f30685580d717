// Reads formulas as JSON, sets each with KaTeX, and writes the HTML, or what is wrong with it, as JSON.
const fs = require("node:fs");
const katex = require(process.argv[2]);

const set = ({ tex, displayMode }) => {
  try {
    return { html: katex.renderToString(tex, { displayMode, output: "htmlAndMathml", strict: "error" }) };
  } catch (error) {
    return { error: error.message };
  }
};

process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0, "utf8")).map(set)));
