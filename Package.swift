// swift-tools-version:6.3
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
    name: "swift-coap",
    products: [
        .library(name: "CoAP", targets: ["CoAP"]),
        .library(name: "CoAPCore", targets: ["CoAPCore"]),
        .library(name: "CoAPCredentials", targets: ["CoAPCredentials"]),
        .library(name: "CoAPTesting", targets: ["CoAPTesting"]),
        .library(name: "DeviceSimulator", targets: ["DeviceSimulator"]),
        .library(name: "LinkModel", targets: ["LinkModel"]),
        .library(name: "PolicyFile", targets: ["PolicyFile"]),
        .library(name: "ScenarioFile", targets: ["ScenarioFile"]),
        .library(name: "SenML", targets: ["SenML"]),
        .executable(name: "coap-server", targets: ["coap-server"]),
        .executable(name: "coap-get", targets: ["coap-get"]),
        .executable(name: "coap-put", targets: ["coap-put"]),
        .executable(name: "coap", targets: ["coap"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // The C boundary: libcoap, OpenSSL and the few macros Swift cannot import.
        .target(
            name: "CLibCoAP",
            linkerSettings: [
                .linkedLibrary("coap-3-openssl"), .linkedLibrary("ssl"), .linkedLibrary("crypto"),
            ]),

        // Values and parsers: no C, no I/O.
        .target(name: "CoAPCore", swiftSettings: strict),
        .target(name: "CBOR", swiftSettings: strict),
        .target(name: "SenML", dependencies: ["CBOR", "CoAPCore"], swiftSettings: strict),

        // The library a program embeds.
        .target(
            name: "CoAP",
            dependencies: [
                "CLibCoAP", "CoAPCore", "SenML",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .target(name: "CoAPCredentials", dependencies: ["CLibCoAP", "CoAPCore", "CoAP"], swiftSettings: strict),
        // What people write in files.
        .target(
            name: "PlainYAML", dependencies: ["CoAPCore", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(
            name: "PolicyFile",
            dependencies: ["CoAP", "CoAPCredentials", "PlainYAML", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(
            name: "ScenarioFile",
            dependencies: [
                "CoAP", "DeviceSimulator", "LinkModel", "PlainYAML", "SenML", .product(name: "Yams", package: "Yams"),
            ],
            // The scenarios that come with the program, and the schema of all.
            resources: [.embedInCode("Scenarios"), .embedInCode("Schema")], swiftSettings: strict),

        // Devices without hardware: models, links and fleets that know no socket.
        .target(name: "LinkModel", dependencies: ["CoAPCore"], swiftSettings: strict),
        .target(
            name: "DeviceSimulator",
            dependencies: ["CBOR", "CoAP", "LinkModel", "SenML", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .target(
            name: "CoAPTesting",
            dependencies: ["CoAP", "LinkModel", .product(name: "Logging", package: "swift-log")], swiftSettings: strict),

        // The judge of other servers, and the resources its cases need.
        .target(
            name: "Conformance", dependencies: ["CoAP", "CoAPCredentials", "SenML"], swiftSettings: strict),

        // The command line.
        .target(
            name: "CoAPCommandLine",
            dependencies: [
                "CBOR", "CoAP", "CoAPCredentials", "CoAPTesting", "Conformance", "DeviceSimulator", "LinkModel",
                "PlainYAML", "PolicyFile", "ScenarioFile", "SenML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .executableTarget(name: "coap-server", dependencies: ["CoAPCommandLine"], swiftSettings: strict),
        .executableTarget(name: "coap-get", dependencies: ["CoAPCommandLine"], swiftSettings: strict),
        .executableTarget(name: "coap-put", dependencies: ["CoAPCommandLine"], swiftSettings: strict),
        .executableTarget(name: "coap", dependencies: ["CoAPCommandLine"], swiftSettings: strict),

        // What several tests need to run other programs.
        .target(
            name: "TestSupport", dependencies: ["CoAP", "LinkModel"], path: "Tests/TestSupport", swiftSettings: strict),

        // Tests: one folder a target, plus other people's programs and the attacks.
        .testTarget(name: "CoAPCoreTests", dependencies: ["CoAPCore", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "CBORTests", dependencies: ["CBOR", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SenMLTests", dependencies: ["CBOR", "CoAPCore", "SenML", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CoAPTests",
            dependencies: [
                "CoAP", "CoAPTesting", "TestSupport", .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ], swiftSettings: strict),
        .testTarget(
            name: "CoAPCredentialsTests", dependencies: ["CoAPCredentials", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PolicyFileTests",
            dependencies: ["CoAP", "PlainYAML", "PolicyFile", "TestSupport", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .testTarget(
            name: "DeviceSimulatorTests",
            dependencies: [
                "CBOR", "CoAP", "CoAPTesting", "DeviceSimulator", "LinkModel", "SenML", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),
        .testTarget(name: "LinkModelTests", dependencies: ["LinkModel", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ScenarioFileTests",
            dependencies: [
                "CoAP", "DeviceSimulator", "LinkModel", "PlainYAML", "ScenarioFile", "TestSupport",
                .product(name: "Yams", package: "Yams"),
            ], swiftSettings: strict),
        .testTarget(
            name: "ConformanceTests", dependencies: ["Conformance", "CoAPTesting", "SenML"], swiftSettings: strict),
        .testTarget(
            name: "CoAPCommandLineTests",
            dependencies: [
                "CLibCoAP", "CoAP", "CoAPCommandLine", "CoAPCredentials", "CoAPTesting", "DeviceSimulator",
                "ScenarioFile", "SenML", "TestSupport",
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                // The tests run these.
                "coap-server", "coap-get", "coap-put", "coap",
            ], swiftSettings: strict),
        .testTarget(
            name: "InteropTests",
            dependencies: [
                "CoAP", "CoAPCredentials", "CoAPTesting", "Conformance", "DeviceSimulator", "ScenarioFile",
                "TestSupport", .product(name: "Logging", package: "swift-log"),
            ],
            // Other people's client and server in Python, found beside the tests when they run.
            exclude: ["Peers"], swiftSettings: strict),
        .executableTarget(
            name: "attack-target",
            dependencies: ["CoAP", "CoAPCredentials", "TestSupport", .product(name: "Logging", package: "swift-log")],
            path: "Tests/AttackTarget", swiftSettings: strict),
        .testTarget(
            name: "AttackTests",
            dependencies: [
                "CoAP", "CoAPCredentials", "CoAPTesting", "TestSupport",
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                // The tests attack it.
                "attack-target",
            ],
            // A client in Python, found beside the tests when they run.
            exclude: ["Peers"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

/// Every Swift target: warnings are errors, and what Swift 7 will ask for is asked for now.
///
/// `NonisolatedNonsendingByDefault` stays off: Swift 6.3.1 drops actor hops before such callees in release builds.
var strict: [SwiftSetting] {
    [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ]
}
