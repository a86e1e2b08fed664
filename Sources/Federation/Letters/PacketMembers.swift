// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Why a packet's value is none of its port. Names a member, never a value.
public enum PacketFormError: Error, Hashable, Sendable {
    case notJSON
    case unknownKind
    case member(String)
}

/// The members of a packet's value on ports `transfer` and `licence`, read strictly: a member twice
/// or an unknown one is refused, because what should have been sealed must not get onto a chain.
struct PacketMembers {
    let json: StrictJSON
    let kind: String

    /// Steers laboratory chains, and is passed over.
    private static let passedOver: Set<String> = ["kind", "rig_reply"]

    /// - Parameter kinds: the members that each kind may have, beside `kind`.
    init(reading bytes: [UInt8], kinds: [String: Set<String>]) throws(PacketFormError) {
        guard let json = try? StrictJSON(reading: bytes), let members = json.members else {
            throw .notJSON
        }
        kind = json["kind"]?.string ?? ""
        guard let known = kinds[kind] else { throw .unknownKind }
        for member in members
        where !known.contains(member.name) && !PacketMembers.passedOver.contains(member.name) {
            // A name of our own formats may be told; any other might be somebody's data.
            let isOurs = kinds.values.contains { $0.contains(member.name) }
            throw .member(isOurs ? member.name : "?")
        }
        self.json = json
    }

    func has(_ name: String) -> Bool { json[name] != nil }

    func text(_ name: String) throws(PacketFormError) -> String {
        guard let text = json[name]?.string else { throw .member(name) }
        return text
    }

    /// Decimal digits, as they are written. JSON's own numbers are exact to 2^53 only, so numbers
    /// are texts; `limit` is what other programs can still count with.
    func number(
        _ name: String, through limit: UInt64 = .max
    ) throws(PacketFormError) -> UInt64 {
        let text = try text(name)
        guard let number = UInt64(text), "\(number)" == text, number <= limit else {
            throw .member(name)
        }
        return number
    }

    /// 64 hexadecimal digits.
    func digest(_ name: String) throws(PacketFormError) -> Digest {
        guard let digest = Digest(hex: try text(name)) else { throw .member(name) }
        return digest
    }

    func institution(
        _ name: String, form: InstitutionCode.Form? = nil
    ) throws(PacketFormError) -> InstitutionCode {
        guard let code = try? InstitutionCode(try text(name)), form == nil || code.form == form
        else { throw .member(name) }
        return code
    }

    /// Sealed content in one of its lengths.
    func sealed(_ name: String) throws(PacketFormError) -> [UInt8] {
        guard let sealed = Base64.decode(try text(name)),
            SealedContent.sizeClasses.contains(sealed.count - HPKE.overheadByteCount)
        else { throw .member(name) }
        return sealed
    }
}

/// What an application acknowledgement says of our word, as every chain of the federation writes
/// it on both ports: `{"result":"taken", …}` or `{"result":"refused","code":…, …}`.
enum PacketAnswer {
    /// Nil when the word was taken, without a word of refusal beside it. Bytes that say neither, or
    /// both, or one of them twice are a refusal: nothing may go on what nobody said.
    static func refusal<Code: RawRepresentable<String>>(
        in acknowledgement: [UInt8], unread: Code
    ) -> Code? {
        guard let json = try? StrictJSON(reading: acknowledgement) else { return unread }
        switch (json["result"]?.string, json["code"]) {
        case ("taken", nil): return nil
        case ("refused", let code?): return code.string.flatMap { Code(rawValue: $0) } ?? unread
        default: return unread
        }
    }
}
