// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Glibc

// Unsafe: reads an X509 that OpenSSL owns; keeps no pointer.

/// What a relay reads from a certificate whose chain OpenSSL has verified.
enum CertificateFacts {
    /// The longest `cityrelay://` URI: a person's, with six digits, an institution code and a name
    /// of 64 each, and a role.
    private static let longestURI = 192

    /// Throws `noIdentity` unless there is exactly one well-formed `cityrelay://` URI.
    static func identity(_ certificate: OpaquePointer) throws(TransportError) -> PeerIdentity {
        guard let pin = unsafe pin(certificate), let notAfter = unsafe notAfter(certificate) else {
            throw TransportError(.noIdentity, "the certificate's key or dates cannot be read")
        }
        let parts = try unsafe parts(certificate)
        return PeerIdentity(
            role: parts.role, divisionCode: parts.division, institutionCode: parts.institution,
            name: parts.name, personRole: parts.personRole, spkiSHA256: pin, notAfter: notAfter)
    }

    /// What is left of a certificate that says nothing about its holder; nil without key or dates.
    static func nameless(_ certificate: OpaquePointer) -> PeerIdentity? {
        guard let pin = unsafe pin(certificate), let notAfter = unsafe notAfter(certificate) else {
            return nil
        }
        return PeerIdentity(
            role: .nameless, divisionCode: "", institutionCode: "", spkiSHA256: pin,
            notAfter: notAfter)
    }

    private static func parts(_ certificate: OpaquePointer) throws(TransportError) -> Parts {
        var uris: [String] = []
        let found = unsafe withUnsafeMutablePointer(to: &uris) { list in
            unsafe cityrelay_each_uri_name(
                certificate,
                { context, bytes, count in
                    guard let list = unsafe context?.assumingMemoryBound(to: [String].self),
                        let bytes = unsafe bytes, count <= CertificateFacts.longestURI
                    else { return }
                    let text = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
                    unsafe list.pointee.append(String(decoding: text, as: UTF8.self))
                }, list)
        }
        let ours = uris.filter { $0.hasPrefix("cityrelay://") }
        guard found >= 0, ours.count == 1, let uri = ours.first, let parts = parse(uri) else {
            throw TransportError(
                .noIdentity,
                "certificate \"\(unsafe subject(certificate))\": \(ours.count) cityrelay URIs"
            )
        }
        return parts
    }

    static func pin(_ certificate: OpaquePointer) -> KeyPin? {
        var digest = [UInt8](repeating: 0, count: KeyPin.byteCount)
        let done = unsafe digest.withUnsafeMutableBufferPointer {
            unsafe cityrelay_spki_sha256(certificate, $0.baseAddress)
        }
        return done == 1 ? KeyPin(bytes: digest) : nil
    }

    static func subject(_ certificate: OpaquePointer) -> String {
        var text = [CChar](repeating: 0, count: 256)
        _ = unsafe X509_NAME_oneline(X509_get_subject_name(certificate), &text, Int32(text.count))
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func notAfter(_ certificate: OpaquePointer) -> Int64? {
        var time = unsafe tm()
        guard unsafe ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) == 1 else {
            return nil
        }
        return Int64(unsafe timegm(&time))
    }

    private struct Parts {
        var role: PeerIdentity.Role
        var division: String
        var institution: String
        var name = ""
        var personRole: PersonRole?
    }

    /// `cityrelay://member/<six digits>/<institution code>`, `cityrelay://app/…/<name>` or
    /// `cityrelay://person/…/<role>/<name>`.
    private static func parse(_ uri: String) -> Parts? {
        let words = uri.utf8.dropFirst("cityrelay://".utf8.count)
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard words.count >= 3, words[1].count == 6,
            words[1].allSatisfy({ digits.contains($0) }), words.dropFirst(2).allSatisfy(isCode)
        else { return nil }
        let text = words.map { String(Substring($0)) }
        var parts = Parts(role: .member, division: text[1], institution: text[2])
        switch (text[0], text.count) {
        case ("member", 3): break
        case ("app", 4):
            parts.role = .application
            parts.name = text[3]
        case ("person", 5):
            guard let role = PersonRole(rawValue: text[3]) else { return nil }
            parts.role = .person
            parts.personRole = role
            parts.name = text[4]
        default: return nil
        }
        return parts
    }

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    /// 1 to 64 of A-Z a-z 0-9 - . _
    private static func isCode(_ word: Substring.UTF8View.SubSequence) -> Bool {
        (1...64).contains(word.count)
            && word.allSatisfy {
                digits.contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
            }
    }
}
