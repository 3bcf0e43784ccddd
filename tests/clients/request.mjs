// graphql-request: queries and errors; files by fetch, subscriptions by graphql-ws.
// docs: client
import { ClientError, GraphQLClient, gql } from "graphql-request";
import { createClient } from "graphql-ws";
// docs: end

import { headers, openFile, print, socketUrl, url } from "./site.mjs";

// docs: setup
const client = new GraphQLClient(url, { headers });
const socket = createClient({ url: socketUrl, connectionParams: headers });
// docs: end

// docs: query
const TITLES = gql`
  query ($genre: String!, $after: String) {
    titlesByGenre(genre: $genre, first: 4, after: $after) {
      nodes { id title }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

async function readAll(genre) {
  const nodes = [];
  let after = null;
  do {
    const { titlesByGenre } = await client.request(TITLES, { genre, after });
    nodes.push(...titlesByGenre.nodes);
    after = titlesByGenre.pageInfo.hasNextPage ? titlesByGenre.pageInfo.endCursor : null;
  } while (after);
  return nodes;
}
// docs: end

// docs: upload
const CLASSIFY = gql`
  mutation ($csvFile: Upload!, $wait: Boolean!) {
    classifyBatch(csvFile: $csvFile, wait: $wait) {
      id status rowsStored genres { name trackCount }
    }
  }
`;

async function upload(csvFile, wait) {
  const form = new FormData();
  form.set("operations", JSON.stringify({ query: CLASSIFY, variables: { csvFile: null, wait } }));
  form.set("map", JSON.stringify({ 0: ["variables.csvFile"] }));
  form.set("0", csvFile);
  const response = await fetch(url, { method: "POST", headers, body: form });
  const { data, errors } = await response.json();
  if (errors) throw new ClientError({ errors, status: response.status }, { query: CLASSIFY });
  return data.classifyBatch;
}
// docs: end

// docs: subscription
const PROGRESS = gql`
  subscription ($id: ID!) { batchProgress(id: $id) { id status rowsStored bytesRead bytesTotal } }
`;

async function follow(id, onProgress) {
  for await (const { data, errors } of socket.iterate({ query: PROGRESS, variables: { id } })) {
    if (errors) throw new Error(errors[0].message);
    onProgress(data.batchProgress);
  }
}
// docs: end

// docs: errors
async function codeOf(work) {
  try {
    await work();
  } catch (error) {
    if (error instanceof ClientError) return error.response.errors[0].extensions.code;
    throw error; // the service cannot be reached
  }
}
// docs: end

const batch = await upload(await openFile(), true);
const { genres } = await client.request(gql`{ genres { name trackCount } }`);
const largest = genres.reduce((a, b) => (a.trackCount >= b.trackCount ? a : b));
const titles = (await readAll(largest.name)).map((node) => node.id);
const code = await codeOf(() => client.request(TITLES, { genre: "polka" }));
const noFile = await codeOf(() => upload(new File([""], "empty.csv"), true));
const progress = [];
await follow((await upload(await openFile(), false)).id, (state) => progress.push(state));
print({ batch, genres, largest, titles, code, noFile, progress });
