import { O_CREAT, O_RDWR } from '@drydock/abi'
import { bootTestKernel, type TestKernel } from '@drydock/kernel/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { programs } from '../index.ts'

const UUID = '11111111-2222-3333-4444-555555555555'

/** Answers are those of util-linux 2.38, e2fsprogs 1.47 and parted 3.5 for images of the same sizes. */
describe('block devices', () => {
  let kernel: TestKernel
  const run = async (line: string, stdin?: string): Promise<string> => {
    const result = await kernel.run(line.split(' '), { cwd: '/tmp', ...(stdin !== undefined && { stdin }) })
    return result.stdout + result.stderr
  }
  const image = (path: string, bytes: number): void => {
    const fd = kernel.sys.open(path, O_CREAT | O_RDWR)
    kernel.sys.ftruncate(fd, bytes)
    kernel.sys.close(fd)
  }
  beforeEach(async () => {
    kernel = await bootTestKernel(programs)
    kernel.sys.mkdir('/tmp/m')
  })

  it('makes a file system with the sizes of mke2fs', async () => {
    image('/tmp/d.img', 100 * 2 ** 20)
    expect(
      await run(`mkfs.ext4 -U ${UUID} d.img`),
    ).toContain(`Creating filesystem with 102400 1k blocks and 25584 inodes
Filesystem UUID: ${UUID}
Superblock backups stored on blocks: 
\t8193, 24577, 40961, 57345, 73729

`)
    const listed = await run('tune2fs -l d.img')
    for (const line of [
      'Overhead clusters:        12067',
      'Free blocks:              90319',
      'Inodes per group:         1968',
      'Reserved GDT blocks:      256',
    ])
      expect(listed).toContain(`${line}\n`)
    expect(await run('blkid d.img')).toBe(`d.img: UUID="${UUID}" BLOCK_SIZE="1024" TYPE="ext4"\n`)
    await run('mount d.img m')
    expect(await run('df m')).toBe(
      'Filesystem     1K-blocks  Used Available Use% Mounted on\n/dev/loop0         90333    14     83151   1% /tmp/m\n',
    )
  })

  it.each([
    [10, 1831, 8395, 79],
    [20, 2631, 17835, 159],
    [50, 8349, 42837, 256],
    [500, 42672, 469314, 256],
    [512, 6347, 124719, 63],
    [1024, 12949, 249189, 127],
  ])('lays out %d MiB as mke2fs does', async (size, overhead, free, reserved) => {
    image('/tmp/d.img', size * 2 ** 20)
    await run('mkfs.ext4 -q d.img')
    const listed = await run('tune2fs -l d.img')
    expect(listed).toContain(`Overhead clusters:        ${overhead}\nFree blocks:              ${free}\n`)
    expect(listed).toContain(`Reserved GDT blocks:      ${reserved}\n`)
  })

  it('keeps files in the image: unmounted, copied and mounted again', async () => {
    image('/tmp/d.img', 20 * 2 ** 20)
    await run('mkfs.ext4 -q d.img')
    await run('mount -o loop d.img m')
    await run('tee m/a', 'kept\n')
    await run('ln -s a m/link')
    await run('cp /bin/tee m/tee')
    expect(await run('umount m')).toBe('')
    expect(await run('losetup -a')).toBe('')
    await run('cp d.img e.img')
    await run('mount -o loop,ro e.img m')
    expect(await run('cat m/link')).toBe('kept\n')
    expect(await run('cmp /bin/tee m/tee')).toBe('')
    expect(await run('touch m/x')).toBe("touch: cannot touch 'm/x': Read-only file system\n")
  })

  it('is full when the image is, and busy while somebody is in it', async () => {
    image('/tmp/d.img', 10 * 2 ** 20)
    await run('mkfs.ext4 -q d.img')
    await run('mount d.img m')
    expect(await run('dd if=/dev/zero of=m/big bs=1M')).toContain(
      "dd: error writing 'm/big': No space left on device\n",
    )
    expect(await run('df --output=avail,pcent m')).toBe('Avail Use%\n    0 100%\n')
    const pid = await kernel.sys.spawn('/bin/sleep', { argv: ['sleep', '1000'], cwd: '/tmp/m' })
    expect(await run('umount m')).toBe('umount: /tmp/m: target is busy.\n')
    expect(await run('umount -l m')).toBe('')
    expect(await run('umount m')).toBe('umount: m: not mounted.\n')
    kernel.sys.kill(pid, 9)
  })

  it('shows a disk with partitions', async () => {
    image('/tmp/f.img', 2 ** 30)
    await run('fdisk f.img', 'n\np\n1\n\n+300M\nn\np\n2\n\n\nt\n2\n82\na\n1\nw\n')
    expect((await run('fdisk -l f.img')).split('\n\n')[1]).toBe(`Device     Boot  Start     End Sectors  Size Id Type
f.img1     *      2048  616447  614400  300M 83 Linux
f.img2          616448 2097151 1480704  723M 82 Linux swap / Solaris
`)
    expect(await run('losetup -fP --show f.img')).toBe('/dev/loop0\n')
    expect(await run('lsblk /dev/loop0')).toBe(`NAME      MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS
loop0       7:0    0    1G  0 loop 
├─loop0p1 259:0    0  300M  0 part 
└─loop0p2 259:1    0  723M  0 part 
`)
    expect((await run('parted -s f.img print')).split('\n\n')[1]).toBe(
      `Number  Start   End     Size   Type     File system  Flags
 1      1049kB  316MB   315MB  primary               boot
 2      316MB   1074MB  758MB  primary               swap`,
    )
    await run('mkfs.ext4 -q /dev/loop0p1')
    await run('mount /dev/loop0p1 m')
    expect(await run('df -h m')).toContain('/dev/loop0p1    272M   14K  253M   1% /tmp/m\n')
    expect(await run('losetup -d /dev/loop9')).toBe('losetup: /dev/loop9: failed to use device: No such device\n')
  })

  it('makes a table by a script', async () => {
    image('/tmp/g.img', 600 * 2 ** 20)
    const made = await run('sfdisk g.img', 'label: gpt\n,100M\n,,S\n')
    expect(made).toContain(`Device      Start     End Sectors  Size Type
g.img1       2048  206847  204800  100M Linux filesystem
g.img2     206848 1226751 1019904  498M Linux swap
`)
    expect(await run('blkid -s PTTYPE -o value g.img')).toBe('gpt\n')
  })

  it('is told of in /sys/block', async () => {
    expect(await run('cat /sys/block/loop0/size')).toBe('0\n')
    image('/tmp/f.img', 2 ** 20)
    await run('losetup -o 4096 /dev/loop0 f.img')
    expect(await run('cat /sys/block/loop0/size /sys/block/loop0/loop/backing_file /sys/block/loop0/loop/offset')).toBe(
      '2040\n/tmp/f.img\n4096\n',
    )
    await run('losetup -d /dev/loop0')
    expect(await run('cat /sys/block/loop0/loop/offset')).toContain('No such file or directory')
  })

  it('takes swap', async () => {
    image('/tmp/s.img', 16 * 2 ** 20)
    expect(await run(`mkswap -U ${UUID} s.img`)).toBe(`Setting up swapspace version 1, size = 16 MiB (16773120 bytes)
no label, UUID=${UUID}
mkswap: s.img: insecure permissions 0644, fix with: chmod 0600 s.img
`)
    await run('chmod 600 s.img')
    await run('swapon s.img')
    expect(await run('swapon --show')).toBe('NAME       TYPE SIZE USED PRIO\n/tmp/s.img file  16M   0B   -2\n')
    expect(await run('grep Swap /proc/meminfo')).toContain('SwapTotal:')
    expect(await run('swapoff -v s.img')).toBe('swapoff /tmp/s.img\n')
  })

  it('shows a piece of the disk, and finds its file system by its number', async () => {
    const mark = await run('xxd -s 1049656 -l 16 /dev/sda')
    expect(mark).toMatch(/^00100438: 53ef /)
    const uuid = (await run('blkid -s UUID -o value /dev/sda1')).trim()
    expect(await run(`mount UUID=${uuid} m`)).toBe('')
    expect((await run('ls m')).split('\n')).toContain('bin')
    expect(await run('dd if=/dev/zero of=/dev/sda bs=1 count=1')).toBe(
      "dd: failed to open '/dev/sda': Device or resource busy\n",
    )
    expect(await run('resize2fs /dev/sda1')).toContain('Nothing to do!')
  })

  it('makes a file system larger', async () => {
    image('/tmp/d.img', 100 * 2 ** 20)
    await run('mkfs.ext4 -q d.img')
    kernel.sys.truncate('/tmp/d.img', 200 * 2 ** 20)
    expect(await run('resize2fs d.img')).toContain('The filesystem on d.img is now 204800 (1k) blocks long.\n')
    expect(await run('e2fsck -n d.img')).toContain('d.img: clean, 11/49200 files, ')
  })
})
