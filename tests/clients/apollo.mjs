// Apollo Client with apollo-upload-client: a cache that merges pages and objects.
import { ApolloClient, CombinedGraphQLErrors, InMemoryCache, gql } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import UploadHttpLink from "apollo-upload-client/UploadHttpLink.mjs";

import { headers, openFile, print, url } from "./site.mjs";

const client = new ApolloClient({
  link: new UploadHttpLink({ uri: url, headers }),
  cache: new InMemoryCache({
    possibleTypes: { Node: ["Track", "Batch"] },
    typePolicies: { Query: { fields: { titlesByGenre: relayStylePagination(["genre", "search"]) } } },
  }),
});

const CLASSIFY = gql`
  mutation ($csvFile: Upload!) {
    classifyBatch(csvFile: $csvFile) { id status rowsStored genres { name trackCount } }
  }
`;
const GENRES = gql`{ genres { name trackCount } }`;
const TITLES = gql`
  query ($genre: String!, $after: String) {
    titlesByGenre(genre: $genre, first: 4, after: $after) {
      edges { cursor node { id title } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;
const CORRECT = gql`
  mutation ($trackId: ID!, $genre: String!) {
    correctGenre(trackId: $trackId, genre: $genre) { id genre correctedGenre }
  }
`;
const TRACK = gql`query ($trackId: ID!) { track(trackId: $trackId) { id trackId genre } }`;

const upload = await client.mutate({ mutation: CLASSIFY, variables: { csvFile: await openFile() } });
const batch = upload.data.classifyBatch;
const genres = (await client.query({ query: GENRES })).data.genres;
const largest = genres.reduce((a, b) => (a.trackCount >= b.trackCount ? a : b));

const titles = client.watchQuery({ query: TITLES, variables: { genre: largest.name } });
let page = (await titles.refetch()).data.titlesByGenre;
while (page.pageInfo.hasNextPage) {
  page = (await titles.fetchMore({ variables: { after: page.pageInfo.endCursor } })).data
    .titlesByGenre;
}
const merged = titles.getCurrentResult().data.titlesByGenre.edges.map((edge) => edge.node.id);

// A correction changes the track in the cache, by its global id, without another query.
const other = genres.find((genre) => genre.name !== largest.name).name;
await client.query({ query: TRACK, variables: { trackId: "1" } });
await client.mutate({ mutation: CORRECT, variables: { trackId: "1", genre: other } });
const cached = client.readQuery({ query: TRACK, variables: { trackId: "1" } }).track;

let code = null;
try {
  await client.query({ query: TITLES, variables: { genre: "polka" } });
} catch (error) {
  code = CombinedGraphQLErrors.is(error) ? error.errors[0].extensions.code : String(error);
}
print({
  batch,
  genres,
  largest,
  titles: merged,
  corrected: { cached: cached.genre, expected: other },
  code,
});
