// @urql/core as it comes: its own Accept header, uploads, subscriptions over fetch.
import { Client, cacheExchange, fetchExchange, gql } from "@urql/core";

import { headers, openFile, print, url } from "./site.mjs";

const client = new Client({
  url,
  exchanges: [cacheExchange, fetchExchange],
  fetchOptions: { headers },
  fetchSubscriptions: true,
  preferGetMethod: process.argv[4] === "get" ? "force" : false,
});

const CLASSIFY = gql`
  mutation ($csvFile: Upload!, $wait: Boolean!) {
    classifyBatch(csvFile: $csvFile, wait: $wait) {
      id status rowsStored genres { name trackCount }
    }
  }
`;
const GENRES = gql`{ genres { name trackCount } }`;
const TITLES = gql`
  query ($genre: String!) { titlesByGenre(genre: $genre, first: 4) { nodes { id title } } }
`;
const PROGRESS = gql`subscription ($id: ID!) { batchProgress(id: $id) { id status rowsStored } }`;

async function upload(wait) {
  const result = await client.mutation(CLASSIFY, { csvFile: await openFile(), wait }).toPromise();
  if (result.error) throw result.error;
  return result.data.classifyBatch;
}

function follow(id) {
  return new Promise((resolve, reject) => {
    const seen = [];
    const { unsubscribe } = client.subscription(PROGRESS, { id }).subscribe((result) => {
      if (result.error) reject(result.error);
      seen.push(result.data.batchProgress);
      if (["DONE", "FAILED"].includes(seen.at(-1).status)) {
        unsubscribe();
        resolve(seen);
      }
    });
  });
}

const batch = await upload(true);
const genres = (await client.query(GENRES, {}).toPromise()).data.genres;
const largest = genres.reduce((a, b) => (a.trackCount >= b.trackCount ? a : b));
const titles = (await client.query(TITLES, { genre: largest.name }).toPromise()).data.titlesByGenre;
const failed = await client.query(TITLES, { genre: "polka" }).toPromise();
const progress = await follow((await upload(false)).id);
print({
  batch,
  genres,
  largest,
  titles: titles.nodes.map((node) => node.id),
  code: failed.error.graphQLErrors[0].extensions.code,
  progress,
});
