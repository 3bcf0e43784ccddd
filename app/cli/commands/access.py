"""`genre hash-secret`: create a client."""

from typing import Annotated

import typer

from app.config.credentials import CLIENT_ID, generate_secret, hash_secret


def hash_secret_command(
    client_id: Annotated[str, typer.Argument(help="Name of the client, such as `web`.")],
) -> None:
    """Generate a secret for a client, and its entry for `GENRE_CLIENTS`.

    The secret is shown only once; the settings contain only its hash. Keep the single quotes of the
    last line: the hash contains `$`, which shells and Compose would replace.

    Example: `genre hash-secret web`
    """
    if not CLIENT_ID.fullmatch(client_id):
        raise typer.BadParameter(
            f'"{client_id}" is no client id: 1 to 64 of the characters A-Z a-z 0-9 . _ - are '
            "allowed, so no colon, which separates the id from the hash.",
            param_hint="CLIENT_ID",
        )
    secret = generate_secret()
    typer.echo(f"client-id:      {client_id}")
    typer.echo(f"client-secret:  {secret}")
    # The quotes keep shells, `.env` files and Compose from replacing what follows a `$`.
    typer.echo(f"GENRE_CLIENTS='{client_id}:{hash_secret(secret)}'")
