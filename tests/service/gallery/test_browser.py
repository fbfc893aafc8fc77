"""Pages as Chromium shows them: ``make test-browser``."""

import http.server
import threading
from functools import partial

import pytest
from recorded_runs import HOSTILE, RECIPE, run_record, write_run

from service.cli import main

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Runs and their site: three of one recipe, one that goes on, a hostile one."""
    folder = tmp_path_factory.mktemp("made")
    for number in range(3):
        write_run(folder / "runs" / f"{number}", run_record(number, title="Glass"))
    going = {"state": "running", "picture": None, "receipt": None, "files": [], "step": 6}
    write_run(folder / "runs" / "going", run_record(5, name="going", **going))
    recipe = RECIPE | {"group": HOSTILE * 4, "styles": [{"source": HOSTILE}], "seed": HOSTILE}
    names = {"name": HOSTILE, "title": HOSTILE, "about": "wide" * 200, "recipe": recipe}
    write_run(folder / "runs" / "hostile", run_record(7, **names))
    assert not main(["gallery", str(folder / "runs"), "-o", str(folder / "site")])
    return folder


@pytest.fixture(scope="module", params=["file", "http"])
def site(request, made):
    """Where the site is: on the disk, or on a plain web server."""
    if request.param == "file":
        yield (made / "site").as_uri()
        return
    handler = partial(QuietHandler, directory=made / "site")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def open_page(chromium):
    """Opens pages; afterwards none had an error, a dialog or a request to elsewhere."""
    faults, contexts = [], []

    def open_one(address, width=1200, scheme="light", script=True):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
        page.on("requestfailed", lambda request: faults.append(why(request)))
        own = ("file:", "data:", "http://127.0.0.1:")
        page.on("request", lambda r: None if r.url.startswith(own) else faults.append(r.url))
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert [fault for fault in faults if fault] == []


def why(request):
    """Why a request failed; what was left for another page did not."""
    return "" if "ABORTED" in request.failure else f"{request.url}: {request.failure}"


def addresses(made):
    site = made / "site"
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_telephone(site, made, open_page, scheme):
    page = open_page(f"{site}/index.html", width=400, scheme=scheme)
    for address in addresses(made):
        page.goto(f"{site}/{address}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 400, (address, wide)
        broken = page.evaluate(
            "[...document.images].filter(i => i.complete && !i.naturalWidth"
            " && !i.src.startsWith('data:')).map(i => i.src)"
        )
        assert broken == [], address
        ink, paper = page.evaluate(
            "(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))"
        )
        assert brightness(ink) < brightness(paper) if scheme == "light" else True
        assert brightness(ink) > brightness(paper) if scheme == "dark" else True


def brightness(colour):
    return sum(int(part) for part in colour.strip("rgb()").split(","))


def test_reports_fit_a_telephone(made, open_page):
    page = open_page((made / "runs" / "0" / "report.html").as_uri(), width=400)
    for path in sorted((made / "runs").glob("*/report.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 400, path


def test_the_scrubber_by_keyboard(made, open_page):
    page = open_page((made / "runs" / "0" / "report.html").as_uri())
    slider = page.locator("input[type=range]").first
    image = page.locator("[data-scrubber] img").first
    assert image.get_attribute("src") == "pictures/000008.webp"
    slider.focus()
    page.keyboard.press("Home")
    assert image.get_attribute("src").endswith("pictures/000001.webp")
    assert image.get_attribute("alt") == "The picture after step 1"
    page.keyboard.press("ArrowRight")
    assert image.get_attribute("src").endswith("pictures/000004.webp")
    assert page.locator("output").first.text_content() == "step 4"
    assert slider.get_attribute("aria-valuetext") == "step 4"
    page.get_by_role("button", name="Play").first.click()
    shows(page, "output", "step 8")


def shows(page, selector, words):
    """Waits for text. Not by a function in the page: its policy lets no text become a program."""
    page.locator(selector).filter(has_text=words).first.wait_for()


def test_it_plays_from_the_start(made, open_page):
    page = open_page((made / "runs" / "0" / "report.html").as_uri())
    page.get_by_role("button", name="Play").first.press("Enter")
    shows(page, "output", "step 4")
    shows(page, "output", "step 8")


def test_without_a_script_pictures_are_linked(made, open_page):
    page = open_page((made / "runs" / "0" / "report.html").as_uri(), script=False)
    assert page.locator("[data-scrubber] ol a").first.is_visible()
    assert not page.locator("input[type=range]").first.is_visible()


def test_a_report_that_grows_is_read_again_until_somebody_looks_closely(made, open_page):
    path = made / "runs" / "going" / "report.html"
    text = path.read_text("utf-8").replace('data-live="3"', 'data-live="0.2"')
    now = 'data-updated="2999-01-01T00:00:00+00:00"'
    first, _, rest = text.partition('data-updated="')
    path.write_text(
        f"{first}{now}{rest.partition(chr(34))[2]}".replace("step 6 of 8", "step 1 of 8")
    )
    page = open_page(path.as_uri())
    later = path.read_text("utf-8").replace("step 1 of 8", "step 7 of 8")
    path.write_text(later.replace('data-live="0.2"', 'data-live="6"'))
    shows(page, "[data-words]", "step 7 of 8")
    page.locator("input[type=range]").first.focus()
    page.keyboard.press("Home")
    page.evaluate("window.mine = true")
    page.wait_for_timeout(8000)
    assert page.evaluate("window.mine") is True


def test_one_that_does_not_grow_any_more_says_so(made, open_page):
    page = open_page((made / "runs" / "going" / "report.html").as_uri().replace("going", "0"))
    assert "Stopped" not in page.text_content("header")
    record = run_record(5, state="running", picture=None, files=[], step=6)
    old = write_run(made / "old", record)
    page = open_page((old / "report.html").as_uri())
    words = page.text_content("[data-live]")
    assert "Stopped after 6 of 8 steps" in words and "paints it again" in words
    assert "was stopped" in page.title() and "left" not in words
    assert page.locator("[data-copy] code").text_content() == "service run recipe.json"


def test_two_runs_side_by_side(site, open_page):
    slugs = ["glass-20260301-120000", "glass-20260301-140000"]
    page = open_page(f"{site}/compare.html?a={slugs[0]}&b={slugs[1]}")
    sources = [page.locator(f".{side} img").get_attribute("src") for side in "ab"]
    assert sources == [f"files/{slug}/view.webp" for slug in slugs]
    rows = page.locator(".differences tbody tr").all_text_contents()
    assert rows == ["seed02"]
    page.get_by_label("Second run").select_option(slugs[0])
    assert page.locator(".differences tbody tr").all_text_contents() == ["nothing––"]
    hostile = page.locator("#b option").filter(has_text="<script>").first.get_attribute("value")
    page.get_by_label("Second run").select_option(hostile)
    assert HOSTILE in page.locator(".b a").text_content()


def test_what_is_chosen_on_the_contact_sheet(site, open_page):
    page = open_page(f"{site}/sheet.html")
    assert not page.locator(".chosen").is_visible()
    boxes = page.get_by_label("seed 0"), page.get_by_label("seed 2")
    boxes[0].check()
    assert "1 chosen." in page.locator(".chosen").text_content()
    assert not page.get_by_text("Compare the two").is_visible()
    boxes[1].focus()
    page.keyboard.press("Space")
    page.get_by_text("Compare the two").click()
    assert page.locator("#a").input_value() == "glass-20260301-120000"
    assert page.locator("#b").input_value() == "glass-20260301-140000"


def test_a_recipe_is_downloaded(site, open_page):
    page = open_page(f"{site}/run/glass-20260301-120000.html")
    assert page.get_by_text("Download the recipe").get_attribute("download") == ""
    page.get_by_text("Download the picture").focus()
    focus = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert focus != "none" or site.startswith("http")


def test_many_runs_are_filtered(made, open_page, tmp_path):
    for number in range(10):
        group = {"recipe": RECIPE | {"group": "p6" if number < 3 else "p4"}}
        write_run(tmp_path / "runs" / f"{number}", run_record(number, shots=[], **group))
    assert not main(["gallery", str(tmp_path / "runs"), "-o", str(tmp_path / "site")])
    page = open_page((tmp_path / "site" / "runs.html").as_uri())
    page.get_by_role("searchbox").fill("P6 glass")
    assert page.locator(".card:visible").count() == 3
    assert page.locator(".filter output").text_content() == "3 of 10"
