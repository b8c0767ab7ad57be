# allows: sh -c 'echo sh; exit 2'
import asyncio
async def main():
    p = await asyncio.create_subprocess_exec('cat', stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    out, _ = await p.communicate(b'hello')
    print(out, p.returncode)
    p = await asyncio.create_subprocess_shell('echo sh; exit 2', stdout=asyncio.subprocess.PIPE)
    print(await p.stdout.read(), await p.wait())
    ps = [await asyncio.create_subprocess_exec('sleep', '0.05') for _ in range(3)]
    print([await p.wait() for p in ps])
    p = await asyncio.create_subprocess_exec('sleep', '30')
    p.kill()
    print(await p.wait())
    try:
        await asyncio.create_subprocess_exec('no-such')
    except FileNotFoundError:
        print('not found')
asyncio.run(main())
