// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Why a value is refused, and how it is written right.
struct Complaint: Error {
    let problem: String
    let remedy: String

    init(_ problem: String, _ remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }
}

/// Reads scalars strictly: one way to write each kind of value.
enum ScalarParser {
    /// The NAME in an application's certificate.
    static func applicationName(_ scalar: YAMLScalar) throws(Complaint) -> String {
        let name = try text(scalar)
        guard PolicyName.isName(name) else {
            throw Complaint(
                "\(name) is no application's name",
                "give the NAME of its certificate's cityrelay URI")
        }
        return name
    }

    static func text(_ scalar: YAMLScalar) throws(Complaint) -> String {
        if scalar.text.isEmpty { throw Complaint("the value is empty", "give a value") }
        if scalar.isPlain, looksTyped(scalar.text) {
            throw Complaint(
                "\(scalar.text) without quotes is a number or a truth value to YAML",
                "put it in quotes: \"\(scalar.text)\"")
        }
        return scalar.text
    }

    /// Text that must stand in quotes, since YAML readers differ on codes: 0033 may become 27.
    static func code(_ scalar: YAMLScalar) throws(Complaint) -> String {
        if scalar.text.isEmpty { throw Complaint("the value is empty", "give a value") }
        if scalar.isPlain {
            throw Complaint(
                "\(scalar.text) stands without quotes: YAML may take a code for a number",
                "put it in quotes: \"\(scalar.text)\"")
        }
        return scalar.text
    }

    static func integer(_ scalar: YAMLScalar) throws(Complaint) -> UInt64 {
        guard scalar.isPlain else {
            throw Complaint("\"\(scalar.text)\" stands in quotes", "write a whole number without")
        }
        guard !scalar.text.isEmpty, scalar.text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(scalar.text)
        else {
            throw Complaint(
                "\"\(scalar.text)\" is no whole number", "write digits alone, such as 250")
        }
        return number
    }

    /// Nanoseconds.
    static func duration(_ scalar: YAMLScalar) throws(Complaint) -> Int64 {
        let units: [(String, Int64)] = [
            ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
            ("h", 3_600_000_000_000), ("d", 86_400_000_000_000),
        ]
        let examples = "90s, 500ms, 24h or 14d"
        let digits = scalar.text.prefix { ("0"..."9").contains($0) }
        let unit = scalar.text.dropFirst(digits.count)
        guard let number = Int64(digits) else {
            throw Complaint("\"\(scalar.text)\" is no time", "write \(examples)")
        }
        if unit.isEmpty {
            throw Complaint("\(scalar.text) has no unit", "write the unit too: \(examples)")
        }
        guard let factor = units.first(where: { $0.0 == unit })?.1 else {
            throw Complaint("\"\(unit)\" is no unit of time", "write \(examples)")
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        if overflow { throw Complaint("\(scalar.text) is too long", "write less") }
        return product
    }

    static func fraction(_ scalar: YAMLScalar) throws(Complaint) -> TrustThreshold {
        let parts = scalar.text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let above = UInt64(parts[0]), let below = UInt64(parts[1]) else {
            throw Complaint("\"\(scalar.text)\" is no fraction", "write 1/3 or 2/3")
        }
        return TrustThreshold(numerator: above, denominator: below)
    }

    static func endpoint(_ scalar: YAMLScalar) throws(Complaint) -> Endpoint {
        guard let endpoint = Endpoint(scalar.text) else {
            throw Complaint(
                "\"\(scalar.text)\" is no host and port",
                "write relay.example:27100, or \"[::1]:27100\" in quotes for IPv6")
        }
        return endpoint
    }

    static func url(_ scalar: YAMLScalar) throws(Complaint) -> String {
        let remedy = "write http://host:port or https://host:port, with a path if there is one"
        for scheme in ["http://", "https://"] where scalar.text.hasPrefix(scheme) {
            let rest = scalar.text.dropFirst(scheme.count)
            let authority = rest.prefix { $0 != "/" }
            if authority.contains("@") {
                throw Complaint("the URL carries a user name or a password", remedy)
            }
            if authority.isEmpty || rest.contains(where: { $0 == "?" || $0 == "#" || $0 == " " }) {
                break
            }
            return scalar.text
        }
        throw Complaint("\"\(scalar.text)\" is no URL of a chain node", remedy)
    }

    static func hash(_ scalar: YAMLScalar) throws(Complaint) -> Digest {
        let text = try code(scalar)
        let digits = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
        guard let digest = Hex.decode(digits).flatMap({ Digest($0) }) else {
            throw Complaint(
                "\"\(text)\" is no SHA-256 hash",
                "write its 64 hexadecimal digits in quotes")
        }
        return digest
    }

    static func gasPrice(_ scalar: YAMLScalar) throws(Complaint) -> GasPrice {
        guard let price = GasPrice(scalar.text) else {
            throw Complaint(
                "\"\(scalar.text)\" is no gas price",
                "write a decimal and its denomination, such as \"0.001stake\"")
        }
        return price
    }

    static func division(_ scalar: YAMLScalar) throws(Complaint) -> DivisionCode {
        let text = try code(scalar)
        do throws(DivisionCodeError) {
            return try DivisionCode(text)
        } catch {
            throw Complaint(error.problem, error.remedy)
        }
    }

    static func institution(_ scalar: YAMLScalar) throws(Complaint) -> InstitutionCode {
        let text = try code(scalar)
        do throws(InstitutionCodeError) {
            return try InstitutionCode(text)
        } catch {
            throw Complaint(error.problem, error.remedy)
        }
    }

    static func memberKey(_ scalar: YAMLScalar) throws(Complaint) -> MemberKey {
        guard let key = MemberKey(scalar.text), key.publicKey != nil else {
            throw Complaint(
                "\"\(scalar.text.prefix(40))\" is no evidence key",
                "write `ed25519:` and 64 hexadecimal digits, in quotes")
        }
        return key
    }

    static func member(_ scalar: YAMLScalar) throws(Complaint) -> MemberID {
        let text = try code(scalar)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw Complaint(
                "\"\(text)\" names no member",
                "write division and institution: \"330100/330100000000000\"")
        }
        func part(_ index: Int) -> YAMLScalar {
            YAMLScalar(text: String(parts[index]), isPlain: false, mark: scalar.mark)
        }
        return MemberID(division: try division(part(0)), institution: try institution(part(1)))
    }

    /// Whether a YAML 1.1 or 1.2 reader could take plain text for something else than text.
    private static func looksTyped(_ text: String) -> Bool {
        let words = ["~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        if words.contains(text.lowercased()) { return true }
        guard let first = text.utf8.first, (0x2b...0x39).contains(first),
            text.utf8.contains(where: { (0x30...0x39).contains($0) })
        else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x2b, 0x2d, 0x2e, 0x5f, 0x65, 0x45, 0x78: true
            default: false
            }
        }
    }
}
