"""`genre hash-secret`: create a client."""

from typing import Annotated

import typer

from app.config.credentials import generate_secret, hash_secret


def hash_secret_command(
    client_id: Annotated[str, typer.Argument(help="Name of the client, such as `web`.")],
) -> None:
    """Generate a secret for a client, and its entry for `GENRE_CLIENTS`.

    The secret is shown only once; the settings contain only its hash.

    Example: `genre hash-secret web`
    """
    secret = generate_secret()
    typer.echo(f"client-id:      {client_id}")
    typer.echo(f"client-secret:  {secret}")
    typer.echo(f"GENRE_CLIENTS={client_id}:{hash_secret(secret)}")
