"""A project -> its public archive, built into a folder."""

import gc
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from digests.archive.addresses import Addresses, give_addresses
from digests.archive.feeds import Revisions
from digests.archive.pages import make_pages
from digests.archive.public import Edition, Holdings, Imprint, make_public, presentable
from digests.archive.rendering import Site
from digests.archive.writing import (
    PRINTS,
    ArchiveFolderError,
    Written,
    load_manifest,
    write_pages,
)
from forms.wording import language, translations
from sheets_sync.community import Community
from sheets_sync.form_workflow import form_of
from sheets_sync.project import Project
from sheets_sync.settings import SettingsError

SECRET, AUTHORITY = "archive secret", "archive authority"


def archive_folder(project: Project) -> Path:
    """Return the folder that the settings name."""
    return project.folder / project.settings.archive.folder


def build_archive(
    project: Project, folder: Path, *, now: datetime, dry_run: bool = False
) -> Written:
    """Bring the archive in a folder up to date with the last sync.

    Call it within `one_run`. Raises SettingsError and ArchiveFolderError.
    """
    if not project.settings.archive.url:
        raise SettingsError(
            "archive.url is not set; write the address at which the archive's folder will be "
            'reached into tidings.toml, under [archive]: url = "https://reports.example.org"'
        )
    _refuse_project(project, folder)
    with _no_search_for_cycles():
        return _build(project, folder, now, dry_run)


def renew_archive(project: Project, *, now: datetime) -> bool:
    """Build the archive again where there is one; tells whether there is."""
    folder = archive_folder(project)
    if not project.settings.archive.url or not (folder / PRINTS).exists():
        return False
    build_archive(project, folder, now=now)
    return True


def _build(project: Project, folder: Path, now: datetime, dry_run: bool) -> Written:
    community = project.state.base.community() or Community(now)
    addresses = _addresses(project, community, dry_run)
    imprint = _imprint(project, now, dry_run)
    before = load_manifest(folder)
    public = make_public(_holdings(project, community, now), addresses, imprint)
    site = Site(public, imprint, translations(imprint.language))
    revisions = Revisions(site, before.revisions, now)
    pages = make_pages(site, revisions)
    return write_pages(folder, pages, before, revisions.kept, dry_run=dry_run)


def _refuse_project(project: Project, folder: Path) -> None:
    if project.folder.resolve().is_relative_to(folder.resolve()):
        raise ArchiveFolderError(
            f"{folder} holds the project itself, which is nobody else's to read. Nothing was "
            "written. Name a folder of its own as archive.folder in tidings.toml"
        )


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Keep Python from looking for cycles among very many small objects that form none.

    With 56,000 reports that would be half of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _holdings(project: Project, community: Community, now: datetime) -> Holdings:
    issues = [Edition(one.name, one.up_to) for one in project.state.publishing.released(now)]
    reviewed = project.settings.digest.review_hours > 0
    return Holdings(
        reports=project.state.base.accepted_above(-1),
        community=community,
        zone=project.settings.zone,
        issues=issues,
        up_to=max((one.up_to for one in issues), default=0) if reviewed else None,
    )


def _addresses(project: Project, community: Community, dry_run: bool) -> Addresses:
    publishing = project.state.publishing
    addresses = give_addresses(presentable(community.people), publishing.addresses())
    if not dry_run:
        publishing.remember_addresses(addresses.new)
    return addresses


def _imprint(project: Project, now: datetime, dry_run: bool) -> Imprint:
    settings, community = project.settings.archive, project.settings.community
    own_page = f"{community.public_url}/" if community.public_url else ""
    return Imprint(
        title=settings.title or community.name,
        url=settings.url,
        authority=_kept(project, AUTHORITY, authority(settings.url, now), dry_run),
        language=language(community.language),
        form=own_page or form_of(project).address,
        people=settings.people,
        mentors=settings.mentors,
        automatic=settings.automatic,
        secret=bytes.fromhex(_kept(project, SECRET, secrets.token_hex(32), dry_run)),
    )


def authority(url: str, now: datetime) -> str:
    """Return who names things from this day on, for the `tag:` URIs of RFC 4151."""
    host = urlsplit(url).hostname or ""
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    plain = re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", name)
    return f"{name if plain else 'localhost'},{now:%Y-%m-%d}"


def _kept(project: Project, name: str, fresh: str, dry_run: bool) -> str:
    """Return a value as it was when the archive was first built."""
    base = project.state.base
    found = base.get(name)
    if not found and not dry_run:
        base.put(name, fresh)
    return found or fresh
