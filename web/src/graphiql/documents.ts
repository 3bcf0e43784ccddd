/** The tabs that GraphiQL opens with, and the one that a link adds. */

export interface Tab {
  query: string;
  variables?: string;
}

const UPLOAD = `# Choose a CSV file above, then run this.
mutation ClassifyFile($csvFile: Upload!) {
  classifyBatch(csvFile: $csvFile) {
    id
    status
    rowsReceived
    rowsStored
    rowsRejected
    genres { name trackCount }
    rejects(first: 10) {
      nodes { line column code message }
    }
  }
}
`;

const GENRES = `query Genres {
  genres { name trackCount }
}
`;

const TITLES = `# An unknown genre is an error that lists the known genres.
query Titles($genre: String!, $search: String) {
  titlesByGenre(genre: $genre, search: $search, first: 20) {
    totalCount
    nodes { trackId title confidence correctedGenre }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const FOLLOW = `# Choose a file and run "Send". Then copy its id into the variables and run "Follow":
# every change of the batch arrives as an event.
mutation Send($csvFile: Upload!) {
  classifyBatch(csvFile: $csvFile, wait: false) { id status }
}

subscription Follow($id: ID!) {
  batchProgress(id: $id) { status rowsReceived rowsStored rowsRejected }
}

query Recent {
  batches(first: 5) {
    nodes { id fileName status rowsReceived startedAt }
  }
}
`;

const MODEL = `query Model {
  model { version accuracy macroF1 logLoss genres requiredColumns }
}
`;

const json = (value: unknown) => JSON.stringify(value, null, 2);

export const FIRST_TABS: Tab[] = [
  { query: UPLOAD },
  { query: GENRES },
  { query: TITLES, variables: json({ genre: "rock", search: null }) },
  { query: FOLLOW, variables: json({ id: "" }) },
  { query: MODEL },
];

/** Read `#query=…&variables=…` from the address and clear it. It never reaches the server. */
export function takeLinkedTab(): Tab | null {
  const parts = new URLSearchParams(location.hash.slice(1));
  const query = parts.get("query");
  if (!query) return null;
  history.replaceState(null, "", location.pathname);
  return { query, variables: parts.get("variables") ?? undefined };
}
