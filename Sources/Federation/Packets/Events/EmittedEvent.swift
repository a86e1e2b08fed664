// SPDX-License-Identifier: Apache-2.0

/// An event as a chain emits it and its nodes answer it. Nothing authenticates events: what one
/// says is a hint, to be proven by the state.
public struct EmittedEvent: Hashable, Sendable {
    public struct Attribute: Hashable, Sendable {
        public var key: String
        public var value: String

        public init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    public var type: String
    public var attributes: [Attribute]

    public init(_ type: String, _ attributes: [Attribute]) {
        self.type = type
        self.attributes = attributes
    }

    /// The first attribute with this key.
    public subscript(_ key: String) -> String? {
        attributes.first { $0.key == key }?.value
    }

    /// How the events of a failed application callback are emitted again: readers ignore them.
    public var renamedAsCallbackError: EmittedEvent {
        EmittedEvent(
            EmittedEvent.callbackErrorPrefix + type,
            attributes.map {
                Attribute(EmittedEvent.callbackErrorPrefix + $0.key, $0.value)
            })
    }

    private static let callbackErrorPrefix = "ibccallbackerror-"

    /// What follows every event of the channel module.
    public static let channelModule = EmittedEvent(
        "message", [Attribute("module", "ibc_channelv2")])

    /// What follows every event of the client module.
    public static let clientModule = EmittedEvent("message", [Attribute("module", "ibc_client")])
}
