// SPDX-License-Identifier: Apache-2.0

package import RelayTransport

/// Who may call a route. Roles of persons include the smaller ones.
package struct APIAccess: Hashable, Sendable {
    /// Nobody is asked who they are; only static pages and the login itself.
    package var isPublic = false
    package var applications = false
    /// Those of the applications that are admitted, by the names in their certificates; nil: all.
    package var named: [String]?
    /// The relay's own certificate, as commands on its machine use it.
    package var relay = false
    /// The smallest role of a person; nil: no person.
    package var person: PersonRole?

    package static let everybody = APIAccess(isPublic: true)
    /// Any caller of our own member.
    package static let anyCaller = APIAccess(
        applications: true, relay: true, person: .observer)
    package static let applications = APIAccess(applications: true)
    /// Applications that the city has named for something, and none where it has named none.
    package static func applications(named names: [String]) -> APIAccess {
        APIAccess(applications: true, named: names)
    }
    package static let observers = APIAccess(relay: true, person: .observer)
    package static let operators = APIAccess(person: .operator)
    package static let administrators = APIAccess(person: .administrator)

    /// Throws what the caller lacks.
    package func check(_ caller: CallerIdentity) throws(APIError) {
        if isPublic { return }
        switch caller.kind {
        case .application(let name) where applications:
            guard named?.contains(name) ?? true else { throw .notAdmitted(caller) }
        case .relay where relay: return
        case .person(_, let role):
            guard let person else { throw .wrongKind(caller, needs: words) }
            guard role >= person else { throw .roleTooSmall(caller, needs: person) }
        default: throw .wrongKind(caller, needs: words)
        }
    }

    private var words: String {
        if let person {
            return applications
                ? "an application or a person" : "a person of role \(person.rawValue) or above"
        }
        return "an application"
    }
}
