// Says what Kusto's own language service has against queries. From stdin:
// {"tables": {name: "(column:type, …)"}, "queries": {name: text}}; to stdout: {name: {faults, columns}}.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { KustoCode, GlobalState, Symbols } = Kusto.Language;

const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const tables = Object.entries(input.tables).map(
  ([name, columns]) => new Symbols.TableSymbol.$ctor7(name, columns, ""),
);
const workspace = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", tables));

// Its lists are those of .NET.
const items = (list) => Array.from({ length: list.Count }, (_, index) => list.getItem(index));

function diagnose(text) {
  const code = KustoCode.ParseAndAnalyze(text, workspace);
  const faults = items(code.GetDiagnostics())
    .filter((one) => ["Error", "Warning"].includes(one.Severity))
    .map((one) => `${one.Severity} ${one.Code} at ${text.slice(one.Start, one.Start + 40)}: ${one.Message}`);
  const columns = code.ResultType?.Columns;
  return { faults, columns: columns ? items(columns).map((one) => one.Name) : [] };
}

const entries = Object.entries(input.queries).map(([name, text]) => [name, diagnose(text)]);
process.stdout.write(JSON.stringify(Object.fromEntries(entries)));
