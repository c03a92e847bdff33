// swift-tools-version:6.3
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
    name: "GuideSnippets",
    dependencies: [.package(name: "swift-coap", path: "../..")],
    targets: [
        .executableTarget(
            name: "GuideSnippets",
            dependencies: [
                .product(name: "CoAP", package: "swift-coap"),
                .product(name: "CoAPCredentials", package: "swift-coap"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)])
    ],
    swiftLanguageModes: [.v6]
)
