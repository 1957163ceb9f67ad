import pytest
import sample

from mlops_audit.reports.html_report import render_html

pytestmark = pytest.mark.browser

CARD = "#practice-run-linked-to-commit"


@pytest.fixture(scope="module")
def html():
    return render_html(sample.build())


def visible_cards(page):
    return page.evaluate(
        "[...document.querySelectorAll('details.card')].filter(c => !c.closest('[hidden]')).length"
    )


@pytest.mark.parametrize("build", [sample.build, sample.hostile])
def test_it_obeys_its_policy_and_asks_for_nothing(open_page, build):
    page = open_page(render_html(build()))
    page.click("#open-all")
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in page.asked if url.startswith("file:")]) == 1


def test_hostile_strings_are_inert(open_page):
    page = open_page(render_html(sample.hostile()))
    page.click("#open-all")
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert "window.pwned=1" in page.locator("h1").inner_text()


def test_the_filter_narrows_counts_and_can_be_sent(open_page, html):
    page = open_page(html)
    total = visible_cards(page)
    page.select_option("#phase", "monitoring")
    page.select_option("#status", "unmet")
    shown = visible_cards(page)
    assert 0 < shown < total
    assert page.locator("#result").inner_text() == f"{shown} of {total} practices shown"
    other = open_page(html, fragment="#" + page.url.split("#")[1])
    assert visible_cards(other) == shown
    page.click("#reset")
    assert visible_cards(page) == total


def test_the_filter_finds_words_in_folded_cards(open_page, html):
    page = open_page(html)
    page.fill("#q", "practice-staleness-known")
    assert visible_cards(page) == 1
    assert page.locator("#practice-staleness-known").is_visible()


def test_cards_open_by_keyboard(open_page, html):
    page = open_page(html)
    assert not page.locator(f"{CARD} .body").is_visible()
    page.focus(f"{CARD} > summary")
    page.keyboard.press("Enter")
    assert page.locator(f"{CARD} .body").is_visible()
    page.keyboard.press("Space")
    assert not page.locator(f"{CARD} .body").is_visible()


@pytest.mark.parametrize("fragment", [CARD, "#practice-feature-parity"])
def test_a_deep_link_opens_its_card(open_page, html, fragment):
    page = open_page(html, fragment=fragment)
    assert page.locator(f"{fragment} > .body").is_visible()


def test_links_to_findings_and_rules_open_what_is_closed_around_them(open_page, html):
    audit = sample.build()
    finding = next(item for item in audit.findings if item.practice in CARD)
    passed = next(item for item in audit.results if item.status == "pass")
    for name in (f"finding-{finding.fingerprint}", f"rule-{finding.rule}", f"rule-{passed.rule}"):
        page = open_page(html, fragment=f"#{name}")
        assert page.locator(f"[id='{name}']").is_visible()


def test_without_script_everything_is_there(open_page, html):
    page = open_page(html, java_script_enabled=False)
    assert not page.locator(".filter").is_visible()
    assert not page.locator(".theme").is_visible()
    assert page.locator("details.card").count() == len(sample.build().practices)
    page.locator(f"{CARD} > summary").click()
    assert page.locator(f"{CARD} .body").is_visible()


def background(page):
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_theme_follows_the_system_and_can_be_switched(open_page, html):
    light = open_page(html, color_scheme="light")
    dark = open_page(html, color_scheme="dark")
    assert background(light) != background(dark)
    light.check("input[name=theme][value=dark]")
    assert background(light) == background(dark)
    dark.check("input[name=theme][value=light]")
    assert background(dark) != background(light)
    dark.check("input[name=theme][value=system]")
    assert background(dark) == background(light)


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("build", [sample.build, sample.hostile])
def test_nothing_sticks_out_sideways(open_page, build, width):
    page = open_page(render_html(build()), width=width)
    page.click("#open-all")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => {
    v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const color = rgb(getComputedStyle(node).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255, 255];
  };
  const poor = new Set();
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || node.closest('svg, .vh')) continue;
    if (!node.checkVisibility()) continue;
    const a = light(rgb(getComputedStyle(node).color)), b = light(behind(node));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.add(`${node.className || node.tagName} ${ratio.toFixed(2)}`);
  }
  return [...poor];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_contrast_is_enough(open_page, html, scheme):
    page = open_page(html, color_scheme=scheme)
    page.click("#open-all")
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate(CONTRAST) == []


def test_print_shows_every_card(open_page, html):
    page = open_page(html, java_script_enabled=False)
    page.emulate_media(media="print")
    assert page.locator(f"{CARD} > .body .lead").bounding_box()["height"] > 0
    assert not page.locator(".toc").is_visible()


def test_targets_are_large_enough_on_a_phone(open_page, html):
    page = open_page(html, width=360)
    small = page.evaluate(
        "[...document.querySelectorAll('button, select, input[type=search], summary')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24)"
        ".map(e => e.outerHTML.slice(0, 80))"
    )
    assert small == []
