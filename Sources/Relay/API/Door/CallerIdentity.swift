// SPDX-License-Identifier: Apache-2.0

package import Federation
package import RelayTransport

/// Who calls our API: somebody or something of our own member, as a certificate or a login says.
package struct CallerIdentity: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The relay's own certificate: looks on behalf of whoever can read its key.
        case relay
        case application(name: String)
        case person(name: String, role: PersonRole)
    }

    package let member: MemberID
    package let kind: Kind
    /// The pin of the certificate's key; nil after a login without a certificate.
    package let pin: KeyPin?

    package init(member: MemberID, kind: Kind, pin: KeyPin? = nil) {
        self.member = member
        self.kind = kind
        self.pin = pin
    }

    /// Reads a certificate's identity for the relay of `own`.
    package init(_ identity: PeerIdentity?, own: MemberID) throws(APIError) {
        guard let identity else { throw .noCertificate }
        guard identity.role != .nameless else { throw .namelessCertificate }
        guard identity.divisionCode == own.division.description,
            identity.institutionCode == own.institution.description
        else { throw .foreignMember(identity.uri, own: own.description) }
        let kind: Kind
        switch (identity.role, identity.personRole) {
        case (.application, _): kind = .application(name: identity.name)
        case (.person, let role?): kind = .person(name: identity.name, role: role)
        case (.member, _): kind = .relay
        default: throw .namelessCertificate
        }
        self.init(member: own, kind: kind, pin: identity.spkiSHA256)
    }

    /// As records and logs name the caller: "person/operator/wang".
    package var name: String {
        switch kind {
        case .relay: "relay"
        case .application(let name): "app/\(name)"
        case .person(let name, let role): "person/\(role.rawValue)/\(name)"
        }
    }

    package var description: String { name }
}
