/** A feature of the model: a word of the lyrics, or a column and its value. */
export function FeatureName({ name, value }: { name: string; value?: string }) {
  if (name.startsWith("word=")) {
    return (
      <>
        “{name.slice(5)}” <small>in the lyrics</small>
      </>
    );
  }
  return (
    <>
      {name} {value !== undefined && <small>= {value}</small>}
    </>
  );
}
