// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What happened to a light client on a chain.
public enum ClientEvent: Hashable, Sendable {
    case created(client: String, type: String, height: Height)
    /// The height of the header; nil for misbehaviour without contradiction, which changes nothing.
    case updated(client: String, type: String, height: Height?)
    case upgraded(client: String, type: String, height: Height)
    /// The client is frozen from here on.
    case misbehaviour(client: String, type: String)
    case recovered(client: String, type: String)

    public var client: String {
        switch self {
        case .created(let client, _, _), .updated(let client, _, _), .upgraded(let client, _, _),
            .misbehaviour(let client, _), .recovered(let client, _):
            client
        }
    }

    public var emitted: EmittedEvent {
        switch self {
        case .created(let client, let type, let height):
            EmittedEvent("create_client", ClientEvent.attributes(client, type, height))
        case .upgraded(let client, let type, let height):
            EmittedEvent("upgrade_client", ClientEvent.attributes(client, type, height))
        case .updated(let client, let type, let height):
            EmittedEvent(
                "update_client",
                ClientEvent.attributes(client, type, height)
                    + [.init("consensus_heights", height?.description ?? "")])
        case .misbehaviour(let client, let type):
            EmittedEvent(
                "client_misbehaviour", [.init("client_id", client), .init("client_type", type)])
        case .recovered(let client, let type):
            EmittedEvent(
                "recover_client",
                [.init("subject_client_id", client), .init("client_type", type)])
        }
    }

    /// Nil when the event is none of these or lacks an attribute.
    public init?(_ event: EmittedEvent) {
        let subject = event.type == "recover_client" ? "subject_client_id" : "client_id"
        guard let client = event[subject], let type = event["client_type"] else { return nil }
        let height = event["consensus_height"].flatMap { Height($0) }
        switch (event.type, height) {
        case ("create_client", let height?):
            self = .created(client: client, type: type, height: height)
        case ("upgrade_client", let height?):
            self = .upgraded(client: client, type: type, height: height)
        case ("update_client", let height):
            self = .updated(client: client, type: type, height: height)
        case ("client_misbehaviour", _): self = .misbehaviour(client: client, type: type)
        case ("recover_client", _): self = .recovered(client: client, type: type)
        default: return nil
        }
    }

    private static func attributes(
        _ client: String, _ type: String, _ height: Height?
    ) -> [EmittedEvent.Attribute] {
        [
            .init("client_id", client), .init("client_type", type),
            .init("consensus_height", height?.description ?? ""),
        ]
    }
}
