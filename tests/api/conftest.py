"""A small sample account that the tests of every door share: written once, copied where a test changes it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from api.app import create_app, jobs_of
from api.cli.app import run
from api.sample import Truth, write_sample
from api.services.imports import import_file
from api.services.nights import run_night
from engine.settings import settings
from engine.store.store import Store
from tests.api.everything import AS_OF, PLAN, everything, worked
from tests.environment import ACCOUNT, PASSWORD, hash_quickly, settle

__all__ = ["ACCOUNT", "PASSWORD", "PIECE", "PLAN", "everything", "worked"]
# What a browser sends with a form whose answer takes the place of a piece of its page.
PIECE = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="session")
def sample(tmp_path_factory) -> tuple[Path, Truth]:
    """A sample advertiser's files."""
    folder = tmp_path_factory.mktemp("sample")
    return folder, write_sample(folder, seed=3, weeks=12)


@pytest.fixture(scope="session")
def filled(tmp_path_factory, sample) -> Path:
    """A data folder whose store holds the sample; never changed, only copied."""
    truth = sample[1]
    data = tmp_path_factory.mktemp("filled")
    store = Store(f"sqlite:///{data / 'adcue.sqlite3'}")
    store.upgrade()
    account = store.account(ACCOUNT, "test")
    for path in truth.exports:
        import_file(account, path, date.fromisoformat(truth.end) + timedelta(days=1))
    store.close()
    return data


@pytest.fixture
def data_dir(tmp_path, monkeypatch) -> Path:
    """An empty data folder that the settings point at."""
    settle(monkeypatch, tmp_path / "data")
    yield tmp_path / "data"
    settings.cache_clear()


@pytest.fixture(scope="session")
def after_night(tmp_path_factory, filled) -> Path:
    """A data folder in which the night after the sample's last day was run; never changed, only copied."""
    data = tmp_path_factory.mktemp("judged") / "data"
    shutil.copytree(filled, data)
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, data)
        store = Store(settings().url)
        run_night(store.account(ACCOUNT, "test"), AS_OF)
        store.close()
    settings.cache_clear()
    return data


@pytest.fixture
def judged() -> None:
    """Asks that ``filled_dir`` holds that night too."""


@pytest.fixture
def filled_dir(request, data_dir, filled) -> Path:
    """A data folder of one's own that holds the sample."""
    source = request.getfixturevalue("after_night") if "judged" in request.fixturenames else filled
    shutil.copytree(source, data_dir)
    return data_dir


@pytest.fixture
def store(request, data_dir) -> Store:
    """The store of the settings' data folder; with the sample in it where a test asks for that."""
    if "filled_dir" in request.fixturenames:
        request.getfixturevalue("filled_dir")
    data_dir.mkdir(exist_ok=True)
    if not (file := data_dir / "adcue.sqlite3").exists():
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
    opened = Store(settings().url)
    opened.upgrade()
    yield opened
    opened.close()


@pytest.fixture
def account(store):
    """The account as its operator sees it: with the sample in it where a test asks for ``filled_dir``."""
    return store.account(ACCOUNT, "test")


@pytest.fixture
def mei(account, store, person):
    """The account as a planner sees it."""
    return store.account(ACCOUNT, f"person:{person('mei.lin')[1]}")


@pytest.fixture
def adcue(data_dir, capsys):
    """Runs one command line in this process: exit code, standard output, standard error."""

    def call(*words: object) -> tuple[int, str, str]:
        code = run([str(word) for word in words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


@pytest.fixture
def app(store):
    """The application on that store; its long work ends with the test."""
    made = create_app(store)
    yield made
    jobs_of(made).stop(10)


@pytest.fixture
def browser(app):
    """Makes one more browser: a client with cookies of its own that sends its forms from our own pages."""

    def make():
        made = app.test_client()
        made.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        return made

    return make


@pytest.fixture
def client(browser):
    """A client without a key, on the console's own pages where it is a browser."""
    return browser()


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch):
    """Passwords are hashed with the least effort: tests make many of them."""
    hash_quickly(monkeypatch)


@pytest.fixture
def person(store):
    """Makes a person with a role and gives their login name and id."""

    def make(login: str, role: str = "planner", account: str = ACCOUNT) -> tuple[str, str]:
        secret, _ = store.account(account, "test").members.invite(role)
        return login, store.people.accept(secret, login, PASSWORD)

    return make


@pytest.fixture
def person_key(store, person):
    """Makes a person with a key of theirs and gives the header that carries it."""

    def make(login: str, role: str = "planner", account: str = ACCOUNT) -> dict[str, str]:
        _, person_id = person(login, role, account)
        acting = store.account(account, f"person:{person_id}")
        return {"Authorization": f"Bearer {acting.keys.create(role, '', person_id)[0]}"}

    return make


@pytest.fixture
def key(store):
    """Makes a key of a role and gives the header that carries it."""

    def make(role: str = "planner", account: str = ACCOUNT) -> dict[str, str]:
        return {"Authorization": f"Bearer {store.keys.create(account, role, 'test')[0]}"}

    return make


@pytest.fixture
def enter(browser, person):
    """A browser of their own in which someone has logged in; a new person where a role is given."""

    def log_in(login: str, role: str | None = None):
        if role is not None:
            person(login, role)
        made = browser()
        assert made.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        return made

    return log_in


@pytest.fixture
def logged_in(client, person):
    """A client with the session of a new person of a role."""

    def log_in(role: str = "planner", login: str = "mei.lin"):
        person(login, role)
        answer = client.post("/login", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303
        return client

    return log_in


@pytest.fixture
def plan() -> dict[str, object]:
    """A budget request that fits the sample."""
    return dict(PLAN)
