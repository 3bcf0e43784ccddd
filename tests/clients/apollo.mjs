// Apollo Client with apollo-upload-client, a cache that merges pages, and subscriptions over a WebSocket.
// docs: imports
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { getMainDefinition, relayStylePagination } from "@apollo/client/utilities";
import UploadHttpLink from "apollo-upload-client/UploadHttpLink.mjs";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
// docs: end

import { headers, openFile, print, socketUrl, url } from "./site.mjs";

// docs: client
const http = new UploadHttpLink({ uri: url, headers });
const socket = new GraphQLWsLink(createClient({ url: socketUrl, connectionParams: headers }));
const isSubscription = ({ query }) =>
  getMainDefinition(query).operation === OperationTypeNode.SUBSCRIPTION;

const client = new ApolloClient({
  link: ApolloLink.split(isSubscription, socket, http),
  cache: new InMemoryCache({
    possibleTypes: { Node: ["Track", "Batch"] },
    typePolicies: { Query: { fields: { titlesByGenre: relayStylePagination(["genre", "search"]) } } },
  }),
});
// docs: end

const GENRES = gql`{ genres { name trackCount } }`;
// docs: upload
const CLASSIFY = gql`
  mutation ($csvFile: Upload!, $wait: Boolean!) {
    classifyBatch(csvFile: $csvFile, wait: $wait) {
      id status rowsStored genres { name trackCount }
    }
  }
`;

async function upload(csvFile, wait) {
  const { data } = await client.mutate({ mutation: CLASSIFY, variables: { csvFile, wait } });
  return data.classifyBatch;
}
// docs: end
// docs: subscription
const PROGRESS = gql`
  subscription ($id: ID!) { batchProgress(id: $id) { id status rowsStored bytesRead bytesTotal } }
`;

function follow(id, onProgress) {
  return new Promise((resolve, reject) => {
    client.subscribe({ query: PROGRESS, variables: { id } }).subscribe({
      next: ({ data, error }) => (error ? reject(error) : onProgress(data.batchProgress)),
      error: reject,
      complete: resolve,
    });
  });
}
// docs: end
// docs: query
const TITLES = gql`
  query ($genre: String!, $after: String) {
    titlesByGenre(genre: $genre, first: 4, after: $after) {
      edges { cursor node { id title } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

async function readAll(genre) {
  const titles = client.watchQuery({ query: TITLES, variables: { genre } });
  let page = (await titles.refetch()).data.titlesByGenre;
  while (page.pageInfo.hasNextPage) {
    const after = page.pageInfo.endCursor;
    page = (await titles.fetchMore({ variables: { after } })).data.titlesByGenre;
  }
  return titles.getCurrentResult().data.titlesByGenre.edges.map((edge) => edge.node);
}
// docs: end
// docs: errors
async function codeOf(query, variables) {
  try {
    await client.query({ query, variables });
  } catch (error) {
    if (CombinedGraphQLErrors.is(error)) return error.errors[0].extensions.code;
    throw error; // the service cannot be reached, or does not answer with GraphQL
  }
}
// docs: end
const CORRECT = gql`
  mutation ($trackId: ID!, $genre: String!) {
    correctGenre(trackId: $trackId, genre: $genre) { id genre correctedGenre }
  }
`;
const TRACK = gql`query ($trackId: ID!) { track(trackId: $trackId) { id trackId genre } }`;

const batch = await upload(await openFile(), true);
const genres = (await client.query({ query: GENRES })).data.genres;
const largest = genres.reduce((a, b) => (a.trackCount >= b.trackCount ? a : b));
const merged = (await readAll(largest.name)).map((node) => node.id);

// A correction changes the track in the cache, by its global id, without another query.
const other = genres.find((genre) => genre.name !== largest.name).name;
await client.query({ query: TRACK, variables: { trackId: "1" } });
await client.mutate({ mutation: CORRECT, variables: { trackId: "1", genre: other } });
const cached = client.readQuery({ query: TRACK, variables: { trackId: "1" } }).track;

const code = await codeOf(TITLES, { genre: "polka" });
const queued = await upload(await openFile(), false);
const progress = [];
await follow(queued.id, (state) => progress.push(state));
print({
  batch,
  genres,
  largest,
  titles: merged,
  corrected: { cached: cached.genre, expected: other },
  code,
  queued,
  progress,
});
