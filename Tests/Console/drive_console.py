#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives a real Chromium through the console: opens it by a one-time link, finds a stuck packet and
its why, parks it and releases it. Ends with status 0 only if everything was seen.

usage: drive_console.py LINK PACKET FOLDER     (pictures go into FOLDER)

Standard library alone: speaks WebDriver (W3C) with Debian's chromedriver.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE = 30  # seconds for one thing to appear
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, profile):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        self.base = f"http://127.0.0.1:{self.port()}"
        self.session = None
        self.session = "/session/" + self.call("POST", "/session", {"capabilities": {
            "alwaysMatch": {"browserName": "chrome", "acceptInsecureCerts": True,
                            "goog:chromeOptions": {"args": [
                                "--headless=new", "--no-sandbox", "--disable-gpu",
                                "--disable-dev-shm-usage", f"--user-data-dir={profile}",
                                "--force-prefers-reduced-motion"]}}}})["sessionId"]

    def port(self):
        for line in self.driver.stdout:
            words = line.replace(".", " ").split()
            # The first line names the port that was asked for: 0.
            if "port" in words and words[-1].isdigit() and words[-1] != "0":
                return int(words[-1])
        raise SystemExit("chromedriver does not start")

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + path, method=method, headers={"content-type": "application/json"},
            data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise LookupError(json.load(error)["value"]["message"].split("\n")[0]) from None

    def open(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def run(self, script, *arguments):
        return self.call("POST", self.session + "/execute/sync",
                         {"script": script, "args": list(arguments)})

    def find(self, selector):
        found = self.call("POST", self.session + "/element",
                          {"using": "css selector", "value": selector})
        return f"{self.session}/element/{found[ELEMENT]}"

    def click(self, selector):
        def attempt():
            self.call("POST", self.find(selector) + "/click", {})
            return True
        self.until(f"{selector} can be clicked", attempt)

    def type(self, selector, text):
        self.call("POST", self.find(selector) + "/value", {"text": text})

    def keys(self, text):
        self.call("POST", self.session + "/actions", {"actions": [{
            "type": "key", "id": "keyboard", "actions": [
                {"type": kind, "value": text} for kind in ("keyDown", "keyUp")]}]})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def until(self, what, condition):
        end = time.monotonic() + PATIENCE
        last = ""
        while time.monotonic() < end:
            try:
                if condition():
                    return
            except LookupError as error:
                last = f" ({error})"
            time.sleep(0.1)
        page = self.run("return document.body.innerText")[:1500]
        raise SystemExit(f"not seen: {what}{last}\n{page}")

    def picture(self, path, width, height, theme=""):
        self.run("document.documentElement.dataset.theme = arguments[0]", theme)
        self.call("POST", self.session + "/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": width, "height": height, "deviceScaleFactor": 1,
                       "mobile": width < 600}})
        # The window of a telephone grows with a page that is too wide for it.
        over = self.run("return document.documentElement.scrollWidth") - width
        if over > 0:
            raise SystemExit(f"{path}: the page is {over} pixels wider than {width}")
        # The map is drawn again for the width at the next word of the relay.
        self.run("window.dispatchEvent(new Event('resize'))")
        image = self.call("GET", self.session + "/screenshot")
        with open(path, "wb") as file:
            file.write(base64.b64decode(image))

    def close(self):
        try:
            self.call("DELETE", self.session)
        finally:
            # Not SIGTERM: who starts us may have blocked it for its children.
            self.driver.kill()
            self.driver.wait()


def main(link, packet, folder):
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        try:
            walk(browser, link, packet, folder)
        finally:
            browser.close()


UNNAMED = """
return [...document.querySelectorAll('button, input, select, a[href], [role=img]')]
  .filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label')
    || one.labels?.length))
  .map((one) => one.outerHTML)
"""

CONTRAST = """
const light = (colour) => {
  const [r, g, b] = colour.match(/[\\d.]+/g).map(Number)
    .map((c) => c / 255).map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
  return .2126 * r + .7152 * g + .0722 * b
}
const ground = (one) => {
  for (let at = one; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor
    if (!/, 0\\)|transparent|color\\(/.test(colour)) return colour
  }
  return 'rgb(255, 255, 255)'
}
const faint = []
for (const one of document.querySelectorAll('body *')) {
  const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
  if (!own || one.closest('svg, dialog, [hidden], option, .skip, .unseen')) continue
  const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x)
  if ((a + .05) / (b + .05) < 4.5) faint.push(one.textContent.trim().slice(0, 40))
}
return faint
"""


def check(browser, what):
    """Everything that can be operated has a name, and every text stands out by 4.5 to 1 (WCAG 2.2,
    4.1.2 and 1.4.3)."""
    for name, script in [("without a name", UNNAMED), ("too faint", CONTRAST)]:
        found = browser.run(script)
        if found:
            raise SystemExit(f"{what}: {name}: {found}")


def keyboard(browser, row):
    """A packet is chosen with the keyboard alone."""
    browser.click("nav a[href='#queues-view']")
    browser.until("the packet is listed", lambda: browser.find(row))
    browser.run("document.querySelector('#filter [name=reason]').focus()")
    browser.keys("\ue004")
    browser.until("Tab leads from the filter to the first packet", lambda: browser.run(
        "return document.activeElement.closest('tr') !== null"))
    browser.keys("\ue007")
    browser.until("Enter opens it", lambda: "observed" in browser.text("#packet .timeline"))


ELSEWHERE = """
const [action, packet] = arguments
return fetch('/v1/operations/actions', {
  method: 'POST', headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ action, packet, reason: 'a colleague orders it' }),
}).then((answer) => answer.status)
"""

ADMINISTRATOR = """
return Promise.all([import('/console/packet.js'), import('/console/words.js')])
  .then(([packets, words]) => {
    const caller = document.getElementById('caller').textContent
    const shown = document.getElementById('packet')
    const kept = [...shown.childNodes]
    const asked = []
    const see = (state, isDiscarded) => {
      packets.showPacket({
        packet: 'out/07-tendermint-0/99', chain: 'c', state, isDiscarded, ageSeconds: 1,
        why: { sentence: '', next: '', turn: '', cause: '', code: '', evidence: [] }, steps: [],
      }, (name, subject) => asked.push(`${name} ${subject.packet}`))
      return [...shown.querySelectorAll('.actions button')].map((one) => one.textContent)
    }
    words.setCaller('person/administrator/li')
    const seen = [see('refused', false), see('parked', false), see('acknowledged', false)]
    for (const [state, gone, name] of [['refused', false, 'discard'], ['refused', true, 'restore'],
      ['parked', false, 'replay']]) {
      see(state, gone)
      document.getElementById(`action-${name}`).click()
    }
    seen.push(see('refused', true))
    words.setCaller(`person/${caller}`)
    seen.push(see('refused', false), see('refused', true))
    shown.replaceChildren(...kept)
    return [seen, asked]
  })
"""


def administrator(browser):
    """An administrator sees what puts packets aside, and it asks for the right order; an operator
    does not."""
    seen, asked = browser.run(ADMINISTRATOR)
    wanted = [["Put aside"], ["Release", "Replay", "Put aside"], [], ["Take back"], [], []]
    if seen != wanted:
        raise SystemExit(f"buttons are {seen}")
    name = "out/07-tendermint-0/99"
    if asked != [f"discard {name}", f"restore {name}", f"replay {name}"]:
        raise SystemExit(f"orders are {asked}")


def walk(browser, link, packet, folder):
    def order(action, reason):
        browser.click(f"#action-{action}")
        browser.until("the reason is asked",
                      lambda: browser.run("return document.querySelector('dialog').open"))
        browser.type("#reason", reason)
        browser.click("#reason-go")

    browser.open(link)
    browser.until("the console is live", lambda: browser.text("#live") == "live")
    browser.until("the caller is named", lambda: "wang" in browser.text("#caller"))
    browser.until("the map shows the peer", lambda: browser.find("svg.map .own rect"))
    browser.until("a route stands in the table", lambda: browser.find("#routes tr"))
    for name, width, height, theme in [
            ("federation-light", 1280, 860, "light"), ("federation-dark", 1280, 860, "dark"),
            ("federation-narrow", 390, 844, "light")]:
        browser.picture(os.path.join(folder, name + ".png"), width, height, theme)
        check(browser, name)

    browser.click("nav a[href='#queues-view']")
    row = f"#packets tr[data-packet='{packet}']"
    browser.click(row)
    browser.until("the packet's why", lambda: "not connected" in browser.text("#packet .why"))
    browser.until("its way so far", lambda: "observed" in browser.text("#packet .timeline"))
    browser.picture(os.path.join(folder, "packet-narrow.png"), 390, 844, "dark")
    check(browser, "packet-narrow")
    browser.picture(os.path.join(folder, "packet.png"), 1280, 860, "light")
    check(browser, "packet")

    order("park", "waits for the other city")
    browser.until("it is parked", lambda: "parked" in browser.text(row))
    browser.until("why it is parked", lambda: "waits for the other city" in browser.text("#packet"))
    order("release", "the other city is back")
    browser.until("it is released", lambda: "parked" not in browser.text(row))

    # What somebody else orders shows by itself: the relay tells the page.
    for action, isParked in [("park", True), ("release", False)]:
        status = browser.run(ELSEWHERE, action, packet)
        if status != 200:
            raise SystemExit(f"{action} elsewhere: {status}")
        browser.until(f"{action} elsewhere shows in the list",
                      lambda: ("parked" in browser.text(row)) == isParked)
        browser.until(f"{action} elsewhere shows in the packet",
                      lambda: ("Release" in browser.text("#packet .actions")) == isParked)

    names = browser.run(
        "return [...document.querySelectorAll('#packet .actions button')].map((one) => one.id)")
    if names != ["action-park", "action-retry"]:
        raise SystemExit(f"an operator sees {names}")
    administrator(browser)

    browser.click("#ask-other")
    browser.until("the other relay was asked",
                  lambda: "did not answer" in browser.text("#packet .headed"))

    browser.click("nav a[href='#federation-view']")
    for title, reason in [("Pause both ways", "their clock is wrong"),
                          ("Resume both ways", "their clock is mended")]:
        pause = "#routes button[data-key^='pause-peer-']"
        browser.until(title, lambda: browser.text(pause) == title)
        browser.click(pause)
        browser.until("the reason is asked",
                      lambda: browser.run("return document.querySelector('dialog').open"))
        browser.type("#reason", reason)
        browser.click("#reason-go")
        browser.until(f"{title}: said", lambda: "done" in browser.text("#message"))
        browser.until(f"{title}: shown", lambda: browser.text(pause) != title)

    for view in ["clients", "certificates", "actions"]:
        browser.click(f"nav a[href='#{view}-view']")
        browser.until(f"{view} are listed", lambda: browser.find(f"#{view} tr"))
        browser.picture(os.path.join(folder, view + ".png"), 1280, 860, "light")
        browser.picture(os.path.join(folder, view + "-narrow.png"), 390, 844, "dark")
    browser.picture(os.path.join(folder, "actions.png"), 1280, 860, "light")
    undo = "#actions button[data-key^='undo-']"
    browser.click(undo)
    browser.until("the undo's reason is asked",
                  lambda: browser.run("return document.querySelector('dialog').open"))
    browser.type("#reason", "the other city is still away")
    browser.click("#reason-go")
    browser.until("it was undone", lambda: "undone by" in browser.text("#actions"))
    keyboard(browser, row)

    used = browser.text("#caller")
    browser.open(link)
    browser.until("the link opens nothing a second time",
                  lambda: "console/link-spent" in browser.run("return document.body.innerText"))
    print(f"seen as person/{used}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
