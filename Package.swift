// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// One list for every target: Swift 6 mode, every warning an error, unsafe code spelled out.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A C library from Debian's archive, imported through a module map and never vendored.
func debian(_ name: String, pkgConfig: String?, _ package: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/System/\(name)", pkgConfig: pkgConfig,
        providers: [.apt([package])])
}

let package = Package(
    name: "cityrelay",
    products: [
        .executable(name: "cityrelay", targets: ["RelayCommand"]),
        .library(name: "LightClient", targets: ["LightClient"]),
        .library(name: "Federation", targets: ["Federation"]),
    ],
    targets: [
        // Debian's C libraries.
        debian("COpenSSL", pkgConfig: "openssl", "libssl-dev"),
        debian("CNghttp2", pkgConfig: "libnghttp2", "libnghttp2-dev"),
        debian("CUV", pkgConfig: "libuv", "libuv1-dev"),
        debian("CCurl", pkgConfig: "libcurl", "libcurl4-openssl-dev"),
        debian("CWslay", pkgConfig: nil, "libwslay-dev"),
        debian("CSQLite", pkgConfig: "sqlite3", "libsqlite3-dev"),
        debian("CPostgreSQL", pkgConfig: "libpq", "libpq-dev"),
        debian("CYAML", pkgConfig: "yaml-0.1", "libyaml-dev"),
        debian("CSecp256k1", pkgConfig: "libsecp256k1", "libsecp256k1-dev"),

        // Files that are served as they are, compiled in.
        .target(name: "CDocuments", path: "Sources/System/CDocuments"),

        // The pure core.
        .target(
            name: "LightClient", dependencies: ["COpenSSL", "CSecp256k1"], swiftSettings: strict),
        .target(
            name: "Federation", dependencies: ["LightClient"],
            exclude: ["Proto"], swiftSettings: strict),

        // The embedded city chain: laboratory, not product. No relay target depends on it.
        .target(
            name: "CityChain", dependencies: ["LightClient", "Federation", "CUV", "CWslay"],
            exclude: ["Command"], swiftSettings: strict),
        .executableTarget(
            name: "citychain", dependencies: ["CityChain", "LightClient", "Federation"],
            path: "Sources/CityChain/Command", swiftSettings: strict),

        // The relay, a folder of targets.
        .target(
            name: "RelayEngine", dependencies: ["Federation", "LightClient"],
            path: "Sources/Relay/Engine", swiftSettings: strict),
        .target(
            name: "RelayStore",
            dependencies: ["Federation", "LightClient", "CSQLite"],
            path: "Sources/Relay/Store", swiftSettings: strict),
        .target(
            name: "RelayTransport",
            dependencies: ["CUV", "COpenSSL", "CNghttp2", "CCurl", "CWslay"],
            path: "Sources/Relay/Transport", swiftSettings: strict),
        .target(
            name: "RelayConnectors",
            dependencies: ["RelayEngine", "RelayTransport", "Federation", "LightClient"],
            path: "Sources/Relay/Connectors", swiftSettings: strict),
        .target(
            name: "RelayAPI",
            dependencies: [
                "CDocuments", "RelayEngine", "RelayStore", "RelayTransport", "RelayConnectors",
                "Federation", "LightClient",
            ],
            path: "Sources/Relay/API",
            exclude: ["Applications/openapi.json", "Console/page"], swiftSettings: strict),
        .executableTarget(
            name: "RelayCommand",
            dependencies: [
                "RelayAPI", "RelayEngine", "RelayStore", "RelayTransport", "RelayConnectors",
                "Federation", "LightClient", "CYAML",
            ],
            path: "Sources/Relay/Command", swiftSettings: strict),

        // Tests, judges and measures: all through public or package API.
        .target(
            name: "TestSupport", dependencies: ["LightClient", "Federation", "COpenSSL"],
            path: "Tests/Support", swiftSettings: strict),
        .target(
            name: "RelayLaboratory",
            dependencies: [
                "RelayAPI", "RelayEngine", "RelayStore", "RelayTransport", "RelayConnectors",
                "CityChain", "Federation", "LightClient", "TestSupport",
            ],
            path: "Tests/Laboratory", swiftSettings: strict),
        .testTarget(
            name: "LightClientTests", dependencies: ["LightClient", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "FederationTests", dependencies: ["Federation", "LightClient", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CityChainTests",
            dependencies: ["CityChain", "Federation", "LightClient", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "RelayTests",
            dependencies: [
                "RelayCommand", "RelayAPI", "RelayEngine", "RelayStore", "RelayTransport",
                "RelayConnectors", "CityChain", "Federation", "LightClient", "TestSupport",
                "RelayLaboratory",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "RelayAPI", "RelayEngine", "RelayStore", "Federation", "LightClient",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .executableTarget(
            name: "conformance", dependencies: ["LightClient", "Federation", "TestSupport"],
            path: "Tests/Conformance", swiftSettings: strict),
        .executableTarget(
            name: "relay-bench",
            dependencies: [
                "RelayAPI", "RelayEngine", "RelayStore", "RelayTransport", "RelayConnectors",
                "CityChain", "Federation", "LightClient", "TestSupport", "COpenSSL",
                "RelayLaboratory",
            ],
            path: "Tests/Benchmarks", swiftSettings: strict),
        .executableTarget(
            name: "relay-demo",
            dependencies: [
                "CityChain", "TestSupport", "RelayStore", "RelayTransport", "RelayConnectors",
                "RelayEngine", "Federation",
                "LightClient",
            ],
            path: "Tests/Demo", swiftSettings: strict),
    ]
)
