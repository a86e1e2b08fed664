// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What became of one case of a corpus, for the conformance tool and for tests alike.
public enum Judgement: Hashable, Sendable {
    case agreed
    /// We differ from the reference; the text says how.
    case disagreed(String)
    /// We refuse on purpose what the reference accepts; the text names the decision.
    case stricter(String)
}

/// The members of one verdict line, with the encodings that all files share.
public struct VerdictLine: Sendable {
    public enum Failure: Error { case missing(String) }

    public let json: JSON
    public let id: String
    public let kind: String
    public let isAccepted: Bool

    public init(_ json: JSON) throws {
        guard let id = json["id"]?.string, let kind = json["kind"]?.string,
            let verdict = json["verdict"]?.string, verdict == "accept" || verdict == "reject"
        else { throw Failure.missing("id, kind or verdict") }
        self.json = json
        self.id = id
        self.kind = kind
        isAccepted = verdict == "accept"
    }

    public var label: String { json["case"]?.string ?? "" }
    public var reason: String { json["class"]?.string ?? "" }
    /// The reference accepts, a careful implementation may refuse.
    public var isOptional: Bool { json["recommended"]?.string == "reject" }

    public func text(_ name: String) throws -> String {
        guard let text = json["in"]?[name]?.string else { throw Failure.missing(name) }
        return text
    }

    /// Standard base64 of a message or byte string.
    public func bytes(_ name: String) throws -> [UInt8] {
        try VerdictLine.bytes(json["in"]?[name], name)
    }

    public static func bytes(_ json: JSON?, _ name: String) throws -> [UInt8] {
        guard let text = json?.string, let bytes = Base64.decode(text) else {
            throw Failure.missing(name)
        }
        return bytes
    }

    public func int64(_ name: String) throws -> Int64 {
        guard let number = json["in"]?[name]?.int64 else { throw Failure.missing(name) }
        return number
    }

    public func uint64(_ name: String) throws -> UInt64 {
        guard let number = json["in"]?[name]?.uint64 else { throw Failure.missing(name) }
        return number
    }

    public func time(_ name: String) throws -> Timestamp {
        try VerdictLine.time(json["in"]?[name], name)
    }

    /// "seconds.nanoseconds" with nine digits behind the point.
    public static func time(_ json: JSON?, _ name: String) throws -> Timestamp {
        let parts = json?.string?.split(separator: ".") ?? []
        guard parts.count == 2, let seconds = Int64(parts[0]), let nanoseconds = Int32(parts[1]),
            let time = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
        else { throw Failure.missing(name) }
        return time
    }

    /// Compares our verdict and our results with the line's. `ours` is nil when we refuse.
    public func judge(_ ours: [String: JSON]?, refusal: String = "") -> Judgement {
        guard let ours else {
            if isAccepted { return isOptional ? .stricter(refusal) : .disagreed(refusal) }
            return .agreed
        }
        guard isAccepted else { return .disagreed("accepted; reference: \(reason)") }
        let expected = json["out"]?.object ?? [:]
        for (name, value) in expected where ours[name] != value {
            return .disagreed("\(name) is \(String(describing: ours[name])), not \(value)")
        }
        return .agreed
    }
}
