/** Statements over a connection of their own, on any engine. */

/** Runs statements one after the other. */
export async function execute(engine, place, statements) {
  await connected(engine, place, async (connection) => {
    for (const statement of statements) await connection.run(statement);
  });
}

/** Rows as arrays of texts. */
export function query(engine, place, statement) {
  return connected(engine, place, (connection) => connection.rows(statement));
}

/** What `work` makes of a connection that is opened for it and closed afterwards. */
export async function connected({ connect }, place, work) {
  const connection = await connect(place);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
