// SPDX-License-Identifier: Apache-2.0

import CoAP
import Foundation

/// Loads a plain server from bare sockets on one thread: lean, so that the server and not the generator is the limit.
struct PlainLoad {
    private struct Connection {
        let descriptor: Int32
        /// The request of each place in the window, and when its first block was asked for; nil where none is under way.
        var sent: [Sent?]
    }

    private struct Sent {
        let number: UInt32
        let started: MonotonicTime
        let at: MonotonicTime
        let block: UInt32
    }

    let plan: LoadPlan

    /// Loads the server until the plan's time is over.
    ///
    /// - Throws: ``CoAPError`` when nothing at all is answered or there are no sockets left, `CancellationError`.
    func run(_ addresses: [SocketAddress]) throws -> LoadResult {
        // One for each block of the body; the first asks for none (RFC 7959 §2.4).
        var messages = [WireRequest(plan.request)]
        var connections: [Connection] = []
        defer { for connection in connections { close(connection.descriptor) } }
        for _ in 0..<plan.connections {
            guard let descriptor = addresses.lazy.compactMap({ $0.connectedSocket() }).first else {
                guard errno != EMFILE else {
                    throw CoAPError(
                        .limitReached,
                        "\(connections.count) connections are as many as this process may open; lower --connections, or raise "
                            + "the limit with: ulimit -n \(plan.connections + 100)")
                }
                throw CoAPError(.unreachable, "no way to \(plan.uri.authority)")
            }
            connections.append(
                Connection(descriptor: descriptor, sent: Array(repeating: nil, count: plan.window)))
        }
        var polls = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 2048)
        var number = UInt32(0)
        var result = LoadResult()
        var cpuAtStart: Duration?
        var isCounting = false
        var heard = false

        func send(_ connection: Int, _ place: Int, _ block: UInt32 = 0, _ first: MonotonicTime? = nil) {
            while messages.count <= Int(block) {
                var next = plan.request
                next.options.block2 = BlockOption(number: UInt32(messages.count))
                messages.append(WireRequest(next))
            }
            // The place in the window is in the number, so that a response finds its request without a table.
            number &+= 1
            let marked = number &* UInt32(plan.window) &+ UInt32(place)
            messages[Int(block)].number(marked)
            let now = MonotonicTime.now
            connections[connection].sent[place] = Sent(number: marked, started: first ?? now, at: now, block: block)
            _ = messages[Int(block)].bytes.withUnsafeBytes {
                Foundation.send(
                    connections[connection].descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
        }

        for connection in connections.indices { for place in 0..<plan.window { send(connection, place) } }
        // From here on, as sending the first of many requests takes its time.
        let started = MonotonicTime.now
        let countFrom = started + plan.warmUp
        let end = countFrom + plan.duration
        let patience = min(end, max(countFrom, started + .seconds(1)))
        while true {
            try Task.checkCancellation()
            let now = MonotonicTime.now
            guard heard || now < patience else {
                throw CoAPError(.timeout, "nothing came back from \(plan.uri.authority); check host and port")
            }
            if !isCounting, now >= countFrom {
                isCounting = true
                cpuAtStart = plan.serverProcess.flatMap(ProcessTime.cpu)
            }
            if now >= end {
                result.elapsed = now - countFrom
                if let cpuAtStart, let cpu = plan.serverProcess.flatMap(ProcessTime.cpu) {
                    result.serverCPU = cpu - cpuAtStart
                }
                return result
            }
            guard poll(&polls, nfds_t(polls.count), 100) > 0 else {
                resendLost(&connections, at: .now, isCounting: isCounting, &result) { send($0, $1) }
                continue
            }
            for index in polls.indices where polls[index].revents != 0 {
                while true {
                    let count = recv(polls[index].fd, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                    guard count > 0 else { break }
                    guard let response = buffer.withUnsafeBytes({ WireRequest.response(.init(rebasing: $0[..<count])) })
                    else { continue }
                    let place = Int(response.number % UInt32(plan.window))
                    guard let sent = connections[index].sent[place], sent.number == response.number else { continue }
                    heard = true
                    if response.code == .content,
                        let next = buffer.withUnsafeBytes({ WireRequest.nextBlock(.init(rebasing: $0[..<count])) }),
                        next <= BlockOption.maximumNumber
                    {
                        send(index, place, next, sent.started)
                        continue
                    }
                    if isCounting {
                        let time = (MonotonicTime.now - sent.started).clampedNanoseconds / 1000
                        result.note(success: response.code.isSuccess, microseconds: UInt32(clamping: time))
                    }
                    send(index, place)
                }
            }
        }
    }

    /// Datagrams that got lost leave places in the window that nothing would fill again.
    private func resendLost(
        _ connections: inout [Connection], at now: MonotonicTime, isCounting: Bool, _ result: inout LoadResult,
        _ send: (Int, Int) -> Void
    ) {
        var lost: [(Int, Int)] = []
        for (index, connection) in connections.enumerated() {
            for (place, sent) in connection.sent.enumerated() {
                if let sent, (now - sent.at) > .milliseconds(500) { lost.append((index, place)) }
            }
        }
        if isCounting { result.failures += lost.count }
        for (index, place) in lost { send(index, place) }
    }
}
