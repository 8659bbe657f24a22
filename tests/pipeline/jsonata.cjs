// Reads [[expression, bindings], ...] and writes what JSONata's own implementation makes of each:
// {"value": ...}, {} where it gives nothing, or {"error": code}.
const jsonata = require("jsonata");

async function evaluated([expression, bindings]) {
  try {
    return { value: await jsonata(expression).evaluate(undefined, bindings) };
  } catch (error) {
    return { error: error.code };
  }
}

let text = "";
process.stdin.on("data", (chunk) => (text += chunk));
process.stdin.on("end", async () => {
  process.stdout.write(JSON.stringify(await Promise.all(JSON.parse(text).map(evaluated))));
});
