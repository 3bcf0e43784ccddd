"""The part of `genre classify` after the imports."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from app.batches.runner import RunCancelledError
from app.batches.source import FileSource, size_of
from app.cli.batch_progress import batch_progress
from app.cli.batch_report import print_report
from app.cli.messages import and_more, print_error, warn
from app.config.settings import Settings
from app.runtime.signals import stop_requested
from app.service import Service, open_service
from app.uploads.file_name import check_suffix, shown_name
from db.batches.records import BatchRecord
from db.batches.status import BatchStatus
from db.embedded.start import EmbeddedStart
from ml.errors import CsvError
from ml.reading.column_match import check_mapping
from ml.reading.read_options import ReadOptions


async def classify_files(
    settings: Settings,
    postgres: EmbeddedStart | None,
    files: Sequence[Path],
    columns: Sequence[tuple[str, str]],
    allow_missing: bool,
) -> bool:
    """Classify files one after the other until one is cancelled; True if all are DONE.

    A file that cannot be read does not keep the next ones from being classified.

    `columns` says for names of ours what the files call them.
    """
    options = ReadOptions(check_mapping(columns), allow_missing)
    is_done = True
    async with open_service(settings, postgres) as service:
        with stop_requested() as stop:
            for number, path in enumerate(files, start=1):
                try:
                    batch = await _classify_file(service, path, options, stop)
                except (CsvError, OSError) as error:
                    print_error(error, str(path))
                    is_done = False
                else:
                    await print_report(service, batch)
                    is_done &= batch.status == BatchStatus.DONE
                if stop.is_set():
                    _name_untouched(files[number:])
                    return False
    return is_done


async def _classify_file(
    service: Service, path: Path, options: ReadOptions, stop: asyncio.Event
) -> BatchRecord:
    check_suffix(path.name)
    with path.open("rb") as file, batch_progress(path.name) as show:

        def show_chunk(batch: BatchRecord) -> None:
            show(batch)
            if stop.is_set():
                raise RunCancelledError

        batch_id = await service.runner.run_new(
            FileSource(service.reader, file, options),
            shown_name(path.name),
            checkpoint=show_chunk,
            bytes_total=size_of(file),
            options=options,
        )
        batch = (await service.batches.find_batches([batch_id]))[batch_id]
        show(batch)
    return batch


def _name_untouched(files: Sequence[Path]) -> None:
    if files:
        warn(f"Not classified: {and_more([path.name for path in files])}.")
