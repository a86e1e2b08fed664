// SPDX-License-Identifier: Apache-2.0

import LightClient

/// One line of verdicts/ed25519/signatures.jsonl.
public struct SignatureVerdict: Sendable {
    public let id: String
    public let kind: String
    public let name: String
    public let publicKey: [UInt8]
    public let message: [UInt8]
    public let signature: [UInt8]
    public let isAccepted: Bool
    /// What a library without the cofactor rule says; only on Ed25519 lines of 64-byte signatures.
    public let isCofactorlessAccepted: Bool?

    /// Nil when the line is of another format.
    public init?(_ line: JSON) {
        guard let id = line["id"]?.string, let kind = line["kind"]?.string,
            let key = line["in"]?["public_key"]?.string.flatMap({ Base64.decode($0) }),
            let message = line["in"]?["message"]?.string.flatMap({ Base64.decode($0) }),
            let signature = line["in"]?["signature"]?.string.flatMap({ Base64.decode($0) }),
            let verdict = line["verdict"]?.string, verdict == "accept" || verdict == "reject"
        else { return nil }
        self.id = id
        self.kind = kind
        name = line["case"]?.string ?? ""
        publicKey = key
        self.message = message
        self.signature = signature
        isAccepted = verdict == "accept"
        isCofactorlessAccepted = line["out"]?["cofactorless"]?.bool
    }
}
