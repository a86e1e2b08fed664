// SPDX-License-Identifier: Apache-2.0

import LightClient

/// A program of a city's hall or fund centre. It calls the city's own relay over mutual TLS and
/// HTTP/2, as APPLICATIONS.md tells it to; curl carries the call.
struct Application {
    /// As its certificate names it.
    enum Name: String, CaseIterable {
        case loanDesk = "loan-desk"
        case licenceHall = "licence-hall"
        case fundCentre = "fund-centre"
    }

    let world: World
    let city: City
    let name: Name

    /// Seconds in which a relay must answer: more than it waits for other cities.
    private static let patience = 40

    /// GET, or POST where there is a body.
    func call(
        _ path: String, _ body: StrictJSON? = nil, headers: [String] = []
    ) throws -> StrictJSON {
        try world.curl(headers.flatMap { ["--header", $0] } + words(path, body))
    }

    /// What curl is told.
    func words(_ path: String, _ body: StrictJSON? = nil) -> [String] {
        let certificate = "\(world.directory)/certs/\(name.rawValue)-\(city.code)"
        var words = [
            "--silent", "--show-error", "--http2", "--max-time", "\(Application.patience)",
            "--cacert", "\(world.directory)/certs/ca.crt", "--cert", "\(certificate).crt",
            "--key", "\(certificate).key",
        ]
        if let body {
            words += ["--header", "content-type: application/json", "--data", body.line]
        }
        return words + ["https://127.0.0.1:\(city.apiPort)\(path)"]
    }

    /// A key of idempotency that nobody has used.
    static func freshKey(_ prefix: String) -> StrictJSON {
        .string("\(prefix)-\(UInt64.random(in: .min ... .max))")
    }
}

extension World {
    /// The JSON that an address answers with.
    func curl(_ words: [String]) throws -> StrictJSON {
        let (status, output) = try capture("/usr/bin/env", ["curl"] + words)
        guard status == 0, let json = try? StrictJSON(reading: Array(output.utf8)) else {
            throw Failure(description: "curl ended with \(status): \(output)")
        }
        return json
    }
}
