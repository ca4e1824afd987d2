"""`tidings.toml` -> settings, or every fault at once (fault 79)."""

import pytest

from sheets_sync.settings import Settings, SettingsError, load_settings, read_settings


def read(text: str) -> Settings:
    return read_settings(text, name="tidings.toml")


def test_an_empty_file_gives_the_defaults():
    assert read("") == Settings()


@pytest.mark.parametrize(
    "typed", ["1AbC-d_9", "https://docs.google.com/forms/d/1AbC-d_9/edit#settings"]
)
def test_a_form_is_named_by_its_id_or_by_the_address_of_its_editor(typed):
    assert read(f'[form]\ngoogle = "{typed}"\n').form.google == "1AbC-d_9"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('google = "https://docs.google.com/forms/d/e/1FAI/viewform"', "copy that of the editor"),
        ('google = "our form"', "is not a form"),
        ('answered_by = "everyone"', "write anyone, chosen"),
    ],
)
def test_what_names_no_form_and_nobody_is_told_with_its_remedy(line, told):
    with pytest.raises(SettingsError, match=told):
        read(f"[form]\n{line}\n")


def test_what_is_written_counts():
    settings = read('[community]\nname = "Riverside"\ntimezone = "Asia/Dhaka"\n')

    assert (settings.community.name, settings.zone.key) == ("Riverside", "Asia/Dhaka")


# fault 79
def test_all_faults_are_listed_at_once_with_key_line_and_remedy():
    text = """\
[community]
nmae = "Riverside"
timezone = "Mars/Olympus"
public_url = "reports.example.org"

[digest]
hour = 25
weekday = "mon"

[groups]
boss = ["Council"]
"""

    with pytest.raises(SettingsError) as caught:
        read(text)

    assert str(caught.value).splitlines() == [
        "tidings.toml has 6 faults:",
        "  community.timezone (line 3): 'Mars/Olympus' is not a time zone; write one such as "
        "Europe/Berlin",
        "  community.public_url (line 4): 'reports.example.org' is not an address; write one such "
        "as https://reports.example.org",
        "  community.nmae (line 2): is not a setting (perhaps community.name?); check its spelling "
        "or remove it",
        "  groups.boss (line 11): is not a setting; check its spelling or remove it",
        "  digest.weekday (line 8): input should be 'monday', 'tuesday', 'wednesday', 'thursday', "
        "'friday', 'saturday' or 'sunday'",
        "  digest.hour (line 7): input should be less than or equal to 23",
    ]


def test_what_is_not_toml_is_refused_with_its_line():
    with pytest.raises(SettingsError, match=r"^tidings\.toml is not TOML: .*line 1"):
        read("name = Riverside")


def test_the_same_key_twice_is_refused():
    with pytest.raises(SettingsError, match="is not TOML"):
        read("[digest]\nhour = 7\nhour = 8\n")


def test_a_missing_file_tells_how_to_make_one(tmp_path):
    with pytest.raises(SettingsError, match="make one with: tidings init"):
        load_settings(tmp_path / "tidings.toml")


def test_other_encodings_are_refused(tmp_path):
    path = tmp_path / "tidings.toml"
    path.write_bytes(b'[community]\nname = "Caf\xe9"\n')

    with pytest.raises(SettingsError, match="is not UTF-8 text"):
        load_settings(path)


def test_a_mail_address_or_server_that_cannot_be_used_is_a_fault_of_the_settings():
    text = """\
[mail]
url = "smtp://ana:canary@mail.example.org"
sender = "Riverside"
reply_to = "nobody"
"""

    with pytest.raises(SettingsError) as caught:
        read(text)

    # fault 81: the password is not repeated
    assert str(caught.value).splitlines() == [
        "tidings.toml has 3 faults:",
        "  mail.url (line 2): holds a password, which goes into the file mail-password; write "
        "folder:outbox, smtp://user@host:587 or smtps://user@host:465",
        "  mail.sender (line 3): 'Riverside' is not a mail address; write Riverside "
        "<news@example.org>",
        "  mail.reply_to (line 4): 'nobody' is not a mail address; write Riverside "
        "<news@example.org>",
    ]


@pytest.mark.parametrize("url", ["ftp://x", "folder:", "smtp://", "smtp://h:port", "mail"])
def test_a_url_that_leads_nowhere_is_a_fault_of_the_settings(url):
    with pytest.raises(SettingsError, match=r"mail\.url .*is not a way to send; write"):
        read(f'[mail]\nurl = "{url}"\n')
