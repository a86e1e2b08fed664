// SPDX-License-Identifier: Apache-2.0

import Glibc
package import RelayTransport
import Synchronization
import TestSupport

/// Certificates issued by certs/issue.sh into a temporary folder, once for all suites.
package enum Laboratory {
    package static let folder: String = {
        let path = "/tmp/cityrelay-test-\(getpid())"
        unsafe mkdir(path, 0o700)
        return path
    }()

    private static let script = "\(Corpus.root)/certs/issue.sh"
    private static let authority = Mutex(false)

    /// One certificate of the laboratory's authority and its pin.
    package struct Credentials {
        package let files: TLSContext.Files
        package let pin: KeyPin
        package let divisionCode: String
        package let institutionCode: String

        package init(
            files: TLSContext.Files, pin: KeyPin, divisionCode: String, institutionCode: String
        ) {
            self.files = files
            self.pin = pin
            self.divisionCode = divisionCode
            self.institutionCode = institutionCode
        }

        package var expected: ExpectedMember {
            ExpectedMember(
                divisionCode: divisionCode, institutionCode: institutionCode, pins: [pin])
        }
    }

    package static func issue(
        _ name: String, division: String, institution: String = "GJJ", role: String = "member",
        options: [String] = [], authority other: String? = nil
    ) throws -> Credentials {
        // One lock: openssl ca keeps its list of certificates in a file.
        try authority.withLock { made in
            let place = other ?? "\(folder)/ca"
            if unsafe access("\(place)/ca.key", F_OK) != 0 {
                let result = try Program.run([script, place, "ca"])
                guard result.status == 0 else { throw TransportError(.badAnswer, result.output) }
            }
            made = true
            let result = try Program.run(
                [
                    script, place, role, division, institution, "localhost", "127.0.0.1", "--as",
                    name,
                ]
                    + options)
            guard result.status == 0,
                let word = result.output.split(whereSeparator: \.isWhitespace).last,
                let pin = KeyPin(String(word))
            else { throw TransportError(.badAnswer, result.output) }
            return Credentials(
                files: TLSContext.Files(
                    certificate: "\(place)/\(name).crt", key: "\(place)/\(name).key",
                    authority: "\(place)/ca.crt"),
                pin: pin, divisionCode: division, institutionCode: institution)
        }
    }

    package static let hangzhou = Result { try issue("hangzhou", division: "330100") }
    package static let beijing = Result { try issue("beijing", division: "110000") }
}
