// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Glibc

// Unsafe: reads an X509 that OpenSSL owns; keeps no pointer.

/// What a relay reads from a certificate whose chain OpenSSL has verified.
enum CertificateFacts {
    /// The longest `cityrelay://` URI: 9 + 3 + role + six digits + an institution code of 64.
    private static let longestURI = 128

    /// Throws `noIdentity` unless there is exactly one well-formed `cityrelay://` URI.
    static func identity(_ certificate: OpaquePointer) throws(TransportError) -> PeerIdentity {
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
        guard let pin = unsafe pin(certificate), let notAfter = unsafe notAfter(certificate) else {
            throw TransportError(.noIdentity, "the certificate's key or dates cannot be read")
        }
        return PeerIdentity(
            role: parts.role, divisionCode: parts.division, institutionCode: parts.institution,
            spkiSHA256: pin, notAfter: notAfter)
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

    /// `cityrelay://<role>/<six digits>/<institution code>`.
    private static func parse(
        _ uri: String
    ) -> (role: PeerIdentity.Role, division: String, institution: String)? {
        let parts = uri.utf8.dropFirst("cityrelay://".utf8.count)
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 3, let role = PeerIdentity.Role(rawValue: String(Substring(parts[0])))
        else { return nil }
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard parts[1].count == 6, parts[1].allSatisfy({ digits.contains($0) }) else { return nil }
        guard (1...64).contains(parts[2].count),
            parts[2].allSatisfy({
                digits.contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
            })
        else { return nil }
        return (role, String(Substring(parts[1])), String(Substring(parts[2])))
    }
}
