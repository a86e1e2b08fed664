// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A text for people with the evidence key's signature under it: what a rehearsal found.
public struct SignedReport: Hashable, Sendable {
    public var text: String
    public var key: MemberKey
    public var signature: [UInt8]

    /// Longest text: a rehearsal's is two screens, bytes.
    public static let maxTextBytes = 65_536

    /// Signs; nil when the key is of another algorithm than Ed25519.
    public init?(_ text: String, by key: SigningKey) {
        guard let memberKey = MemberKey(key.publicKey) else { return nil }
        self.text = text
        self.key = memberKey
        signature = key.sign(SignedReport.signBytes(text))
    }

    private static func signBytes(_ text: String) -> [UInt8] {
        Array("cityrelay.report.v1\n".utf8) + Array(text.utf8)
    }

    /// Whether the key that it names signed it. Whose key that is, a manifest or a request says.
    public func isValid(_ verifier: inout SignatureVerifier) -> Bool {
        guard let publicKey = key.publicKey else { return false }
        return verifier.isValid(signature, of: SignedReport.signBytes(text), by: publicKey)
    }
}

extension SignedReport: ProtobufMessage {
    public init() {
        text = ""
        key = MemberKey()
        signature = []
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            text = try reader.string(field)
            guard text.utf8.count <= SignedReport.maxTextBytes else {
                throw .tooLarge("report", limit: SignedReport.maxTextBytes)
            }
        case 2: try reader.merge(field, into: &key)
        case 3: signature = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, text)
        writer.message(2, key)
        writer.bytes(3, signature)
    }
}
