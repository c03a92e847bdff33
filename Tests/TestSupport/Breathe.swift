// SPDX-License-Identifier: Apache-2.0

/// Lets other tests go on now and then: all tests of a process share as many threads as there are cores, and one that computes
/// for seconds keeps the others from answering in time.
///
/// - Parameter round: how often the loop that calls this has gone round.
package func breathe(_ round: Int) async {
    if round.isMultiple(of: 500) { await Task.yield() }
}
