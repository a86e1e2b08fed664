// SPDX-License-Identifier: Apache-2.0

import RelayTransport

/// The console's page, style and scripts: the folder `page` beside this file, compiled in.
enum ConsoleFiles {
    static let page = "console.html"

    /// Answers by file name.
    static let answers: [String: APIAnswer] = {
        let types = ["html": "text/html", "css": "text/css", "js": "text/javascript"]
        var answers: [String: APIAnswer] = [:]
        for name in names {
            let ending = name.split(separator: ".").last.map(String.init) ?? ""
            let type = HTTPHeader("content-type", "\(types[ending] ?? ""); charset=utf-8")
            answers[name] = APIAnswer(
                status: 200, headers: [type] + guards, body: EmbeddedDocument.bytes(name))
        }
        return answers
    }()

    private static let names = [
        page, "console.css", "console.js", "dom.js", "map.js", "orders.js", "packet.js",
        "words.js",
    ]

    /// The page loads nothing but these files, talks to nobody but this relay, and stands in no
    /// frame.
    private static let guards = [
        HTTPHeader(
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
        HTTPHeader("referrer-policy", "no-referrer"),
    ]
}
