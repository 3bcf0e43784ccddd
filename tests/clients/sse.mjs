// graphql-sse, distinct connections mode: queries, mutations and subscriptions as event streams.
import { createClient } from "graphql-sse";

import { headers, openFile, print, url } from "./site.mjs";

const client = createClient({ url, headers, retryAttempts: 0 });

async function collect(query, variables) {
  const results = [];
  for await (const result of client.iterate({ query, variables })) results.push(result);
  return results;
}

// graphql-sse sends JSON alone, so the file goes the way of the multipart specification.
const form = new FormData();
form.set(
  "operations",
  JSON.stringify({
    query: "mutation ($f: Upload!) { classifyBatch(csvFile: $f, wait: false) { id status } }",
    variables: { f: null },
  }),
);
form.set("map", JSON.stringify({ 0: ["variables.f"] }));
form.set("0", await openFile());
const upload = await (await fetch(url, { method: "POST", headers, body: form })).json();
const { id, status } = upload.data.classifyBatch;

const PROGRESS = "subscription ($id: ID!) { batchProgress(id: $id) { id status rowsStored } }";
const progress = await collect(PROGRESS, { id });
const [genres] = await collect("{ genres { name trackCount } }");
const unknown = await collect(PROGRESS, { id: "00000000-0000-0000-0000-000000000000" });
const codes = (results) => results.map((result) => result.errors?.[0].extensions.code);
const refused = await collect("{ nonsense }");
print({
  id,
  status,
  progress: progress.map((result) => result.data.batchProgress),
  genres: genres.data.genres,
  unknown: codes(unknown),
  refused: codes(refused),
});
