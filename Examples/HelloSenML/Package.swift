// swift-tools-version:6.3
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
    name: "HelloSenML",
    dependencies: [.package(name: "swift-coap", path: "../..")],
    targets: [
        .executableTarget(
            name: "HelloSenML",
            dependencies: [
                .product(name: "CoAPCore", package: "swift-coap"),
                .product(name: "SenML", package: "swift-coap"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)])
    ],
    swiftLanguageModes: [.v6]
)
