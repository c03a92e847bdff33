// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What `scripts/bench.sh` reads: `/bench`, 20 bytes, and `/bench/{size}`, a body of so many KiB.
enum BenchResources {
    static func register(on router: Router) {
        let hidden = LinkAttributes(isListed: false)
        router.get("bench", attributes: hidden) { _, _ in "twenty bytes exactly" }
        for kibibytes in [100, 1024] {
            let body = [UInt8](repeating: 0x78, count: kibibytes << 10)
            router.get("bench/\(kibibytes)", attributes: hidden) { _, _ in
                Response(payload: body, contentFormat: .octetStream)
            }
        }
    }
}
