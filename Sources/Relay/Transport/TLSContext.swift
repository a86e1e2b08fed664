// SPDX-License-Identifier: Apache-2.0
package final class TLSContext: @unchecked Sendable {
    package struct Files: Hashable, Sendable {
        package var certificate: String
        package var key: String
        package var authority: String
        package init(certificate: String, key: String, authority: String) {
            self.certificate = certificate
            self.key = key
            self.authority = authority
        }
    }
    package init(files: Files, authorize: @escaping @Sendable (PeerIdentity) -> PeerVerdict) throws {}
    /// New connections use the files as they are now; open ones go on. Throws and changes nothing
    /// when a file is wrong.
    package func reload() throws {}
}
