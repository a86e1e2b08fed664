// SPDX-License-Identifier: Apache-2.0

/// A node's address, taken apart: `ws://host:port/path`.
struct NodeAddress {
    let text: String
    let isSecure: Bool
    let host: String
    let port: Int
    let path: String
    /// Host and port as a Host header names them.
    let authority: String

    init(_ text: String) throws(TransportError) {
        let wrong = TransportError(.badAddress, "\"\(text.prefix(200))\" is no websocket address")
        guard let colon = text.firstRange(of: "://") else { throw wrong }
        let scheme = text[..<colon.lowerBound]
        guard ["ws", "wss", "http", "https"].contains(scheme) else { throw wrong }
        isSecure = scheme == "wss" || scheme == "https"
        let rest = text[colon.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let place = rest[..<slash]
        // Nothing that could break out of the request line or the Host header.
        guard rest.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), !place.contains("@") else {
            throw wrong
        }
        path = slash == rest.endIndex ? "/" : String(rest[slash...])
        var name = place
        var number = isSecure ? 443 : 80
        let searched = place.lastIndex(of: "]").map { place[$0...] } ?? place
        if let mark = searched.lastIndex(of: ":") {
            guard let given = Int(place[place.index(after: mark)...]), (1...65_535).contains(given)
            else { throw wrong }
            number = given
            name = place[..<mark]
        }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        guard !name.isEmpty else { throw wrong }
        self.text = text
        host = String(name)
        port = number
        authority = String(place)
    }
}
