// @urql/core as it comes: its own Accept header, uploads, subscriptions over fetch or a WebSocket.
// Usage: node urql.mjs ADDRESS FILE post|get|ws
// docs: imports
import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from "@urql/core";
import { createClient } from "graphql-ws";
// docs: end

import { headers, openFile, print, socketUrl, url } from "./site.mjs";

const transport = process.argv[4];

function overFetch() {
  // docs: client
  const client = new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers },
    fetchSubscriptions: true, // as server-sent events: no WebSocket needed
    preferGetMethod: false,
  });
  // docs: end
  return client;
}

function overGet() {
  return new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    fetchOptions: { headers },
    fetchSubscriptions: true,
    preferGetMethod: "force",
  });
}

function overSocket() {
  // docs: socket
  const socket = createClient({ url: socketUrl, connectionParams: headers });
  const client = new Client({
    url,
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
    fetchOptions: { headers },
    preferGetMethod: false,
  });
  // docs: end
  return client;
}

const client = { post: overFetch, get: overGet, ws: overSocket }[transport]();

// docs: upload
const CLASSIFY = gql`
  mutation ($csvFile: Upload!, $wait: Boolean!) {
    classifyBatch(csvFile: $csvFile, wait: $wait) {
      id status rowsStored genres { name trackCount }
    }
  }
`;

async function upload(csvFile, wait) {
  const { data, error } = await client.mutation(CLASSIFY, { csvFile, wait }).toPromise();
  if (error) throw error;
  return data.classifyBatch;
}
// docs: end
const GENRES = gql`{ genres { name trackCount } }`;
// docs: query
const TITLES = gql`
  query ($genre: String!) { titlesByGenre(genre: $genre, first: 4) { nodes { id title } } }
`;

async function readTitles(genre) {
  const { data, error } = await client.query(TITLES, { genre }).toPromise();
  if (error) throw error;
  return data.titlesByGenre.nodes;
}
// docs: end
// docs: errors
async function codeOf(query, variables) {
  const { error } = await client.query(query, variables).toPromise();
  if (error?.networkError) throw error.networkError; // the service cannot be reached
  return error?.graphQLErrors[0].extensions.code;
}
// docs: end
// docs: subscription
const PROGRESS = gql`
  subscription ($id: ID!) { batchProgress(id: $id) { id status rowsStored bytesRead bytesTotal } }
`;

function follow(id, onProgress) {
  return new Promise((resolve, reject) => {
    const { unsubscribe } = client.subscription(PROGRESS, { id }).subscribe(({ data, error }) => {
      if (error) return reject(error);
      onProgress(data.batchProgress);
      if (["DONE", "FAILED", "CANCELLED"].includes(data.batchProgress.status)) {
        unsubscribe();
        resolve();
      }
    });
  });
}
// docs: end

const batch = await upload(await openFile(), true);
const genres = (await client.query(GENRES, {}).toPromise()).data.genres;
const largest = genres.reduce((a, b) => (a.trackCount >= b.trackCount ? a : b));
const titles = await readTitles(largest.name);
const code = await codeOf(TITLES, { genre: "polka" });
const progress = [];
await follow((await upload(await openFile(), false)).id, (state) => progress.push(state));
print({ batch, genres, largest, titles: titles.map((node) => node.id), code, progress });
