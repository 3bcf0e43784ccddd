/** The tabs that GraphiQL opens with: one for each operation, in the order of a first visit. */

export interface Tab {
  query: string;
  variables?: string;
}

const CLASSIFY = `# Choose a CSV file above, then run this.
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

const SEND = `# Choose a CSV file above. The answer comes at once; follow the batch in the next tab.
mutation Send($csvFile: Upload!) {
  classifyBatch(csvFile: $csvFile, wait: false) { id status }
}
`;

const FOLLOW = `# Copy the id of a batch into the variables. Every change of the batch arrives as an event.
subscription Follow($id: ID!) {
  batchProgress(id: $id) { status rowsReceived rowsStored rowsRejected }
}
`;

const BATCHES = `query Batches {
  batches(first: 5) {
    nodes { id fileName status rowsReceived startedAt }
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

const TRACK = `query Track($trackId: ID!) {
  track(trackId: $trackId) {
    title
    genre
    confidence
    probabilities { genre probability }
    explanation(first: 5) { feature value contribution }
  }
}
`;

const MODEL = `query Model {
  model { version accuracy macroF1 logLoss genres requiredColumns }
}
`;

const QUEUE = `# The tracks whose answer teaches the most. Answer them in the next tab.
query ReviewQueue {
  reviewQueue(first: 5) {
    trackId
    title
    words(first: 12)
    suggestions(first: 3) { genre probability }
    neighbours(first: 2, answered: true) { similarity track { title genre } }
  }
}
`;

const ANSWER = `# Confirming a prediction counts as an answer too. newGenre: true adds a genre.
mutation Answer($corrections: [CorrectionInput!]!) {
  correctGenres(corrections: $corrections) { trackId title genre }
}
`;

const LEARNING = `# Accuracies are estimates, and null below 20 answers.
query Learning {
  learning { answers newAnswers accuracyBefore accuracyAfter interval nextTenGain }
}
`;

const LEARN = `# With use: true, the learnt model answers from now on. Only operators can do that.
mutation Learn {
  learnFromCorrections(use: false) {
    version
    answers
    accuracyBefore
    accuracyAfter
    changedTracks
    changes(first: 10) { newGenre confidence track { title genre } }
  }
}
`;

const RECLASSIFY = `# Classify the stored tracks again with the model in use. Put the id into the Follow tab.
mutation Reclassify {
  reclassify { id status }
}
`;

const CANCEL = `mutation StopBatch($id: ID!) {
  cancelBatch(id: $id) { status rowsStored }
}
`;

const json = (value: unknown) => JSON.stringify(value, null, 2);

export const FIRST_TABS: Tab[] = [
  { query: CLASSIFY },
  { query: SEND },
  { query: FOLLOW, variables: json({ id: "" }) },
  { query: CANCEL, variables: json({ id: "" }) },
  { query: BATCHES },
  { query: GENRES },
  { query: TITLES, variables: json({ genre: "rock", search: null }) },
  { query: TRACK, variables: json({ trackId: "1" }) },
  { query: MODEL },
  { query: QUEUE },
  { query: ANSWER, variables: json({ corrections: [{ trackId: "1", genre: "rock" }] }) },
  { query: LEARNING },
  { query: LEARN },
  { query: RECLASSIFY },
];
